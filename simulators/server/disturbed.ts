import type { SimulatedReply } from '../contract';
import type { ExchangeAct } from './faults';

/** The replies of a server that has gone wrong: the job is there, and what is said of it cannot be relied on. */

/**
 * Gives what a fault makes of a reply. `broken` is the provider's own error of a server that is broken inside. A reply that
 * no such fault struck stays as it is.
 */
export function disturbed(
  reply: SimulatedReply,
  act: ExchangeAct | undefined,
  broken: () => SimulatedReply,
): SimulatedReply {
  switch (act) {
    case 'empty':
      return withBody(reply, new Uint8Array());
    case 'empty-202':
      return { ...withBody(reply, new Uint8Array()), status: 202 };
    case '200-error':
      return { ...broken(), status: 200 };
    case 'truncated': {
      const text = Buffer.from(textOf(reply));
      return withBody(reply, text.subarray(0, Math.floor(text.length / 2)));
    }
    case 'wrong-types':
      return withBody(reply, Buffer.from(JSON.stringify(otherKinds(jsonOf(reply)))));
    default:
      return reply;
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
