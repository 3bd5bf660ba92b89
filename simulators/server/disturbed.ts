import type { SimulatedReply } from '../contract';
import type { ExchangeAct } from './faults';

/** The replies of a server that has gone wrong: the job is there, and what is said of it cannot be relied on. */

/** What a fault needs of the call whose reply it disturbs. */
export interface Disturbance {
  /** Gives the provider's own error of a server that is too busy (429) or broken inside (500). */
  overload(status: 429 | 500): SimulatedReply;
  /** The path that was called, with its query. */
  path: string;
}

/** Gives what a fault makes of a reply. A reply that no such fault struck stays as it is. */
export function disturbed(
  reply: SimulatedReply,
  act: ExchangeAct | undefined,
  { overload, path }: Disturbance,
): SimulatedReply {
  switch (act) {
    case 'empty':
      return withBody(reply, new Uint8Array());
    case 'empty-202':
      return { ...withBody(reply, new Uint8Array()), status: 202 };
    case '200-error':
      return { ...overload(500), status: 200 };
    case 'truncated': {
      const text = Buffer.from(textOf(reply));
      return withBody(reply, text.subarray(0, Math.floor(text.length / 2)));
    }
    case 'wrong-types':
      return withBody(reply, Buffer.from(JSON.stringify(otherKinds(jsonOf(reply)))));
    case 'redirect':
      return { status: 307, headers: { location: path }, body: new Uint8Array() };
    default:
      return reply;
  }
}

const HTML =
  '<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n';
/** The wait that the fault `429-retry-after` asks for. */
const RETRY_AFTER_SECONDS = 2;

/** Gives the reply to a call that a fault kept from being done. Throws for a fault after which nothing is answered. */
export function undone(
  act: ExchangeAct,
  { overload }: Pick<Disturbance, 'overload'>,
): SimulatedReply {
  switch (act) {
    case '429':
      return overload(429);
    case '429-retry-after': {
      // The fault's own wait replaces the one that the provider's overload asks for, if it does.
      const reply = overload(429);
      const headers = { ...reply.headers, 'retry-after': String(RETRY_AFTER_SECONDS) };
      return { ...reply, headers };
    }
    case '500':
      return overload(500);
    case 'html':
      return { status: 502, headers: { 'content-type': 'text/html' }, body: Buffer.from(HTML) };
    default:
      throw new Error(`${act} answers nothing, or strikes after the work`);
  }
}

/** Puts another body in the place of a reply's own, and of the file that would be served. */
const withBody = ({ status, headers }: SimulatedReply, body: Uint8Array): SimulatedReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
});

const textOf = ({ body }: SimulatedReply): string =>
  body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : JSON.stringify(body);

function jsonOf(reply: SimulatedReply): unknown {
  try {
    return JSON.parse(textOf(reply)) as unknown;
  } catch {
    return textOf(reply);
  }
}

/** Gives the same objects and lists with every value in them of another kind: a text is true, a number a text. */
function otherKinds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(otherKinds);
  switch (typeof value) {
    case 'string':
      return true;
    case 'number':
      return String(value);
    case 'boolean':
      return Number(value);
    case 'object':
      if (value === null) return 0;
      return Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, otherKinds(inner)]),
      );
    default:
      return null;
  }
}
