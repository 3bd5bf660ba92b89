import { readRetryAfter } from '../core/schedules';

/** What a call of the client throws: an answer that is no success, or no answer after the last try. */
export class ReelayError extends Error {
  /** The status of the answer; absent where none came. */
  readonly status: number | undefined;
  /**
   * Reelay's code of the error (`invalid_request`), or `no_answer`, or `unexpected_answer` for one that is none of
   * Reelay's, such as a proxy's page.
   */
  readonly code: string;
  /** The field that is wrong, where it is one field. */
  readonly param: string | undefined;
  /** Names the request in the gateway's log; absent where no answer came. */
  readonly requestId: string | undefined;
  /** Milliseconds after which the gateway wants to be asked again; absent where it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.name = 'ReelayError';
    this.status = facts.status;
    this.code = facts.code;
    this.param = facts.param;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

interface ErrorFacts {
  code: string;
  status?: number | undefined;
  param?: string | undefined;
  requestId?: string | undefined;
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** Says whether the same call may succeed later: no answer came, or the gateway is full or away. */
export const isPassing = (error: unknown): error is ReelayError =>
  error instanceof ReelayError &&
  (error.code === 'no_answer' || error.status === 429 || (error.status ?? 0) >= 500);

/** Makes the error of a call that cannot be sent as it is; `param` names what is wrong with it. */
export const unsendable = (param: string, problem: string, cause?: unknown): ReelayError =>
  new ReelayError(`${param}: ${problem}.`, { code: 'invalid_request', param, cause });

/** Makes the error of an answer that is none of Reelay's. */
export const unexpected = (answer: Response, message: string): ReelayError =>
  new ReelayError(message, { code: 'unexpected_answer', ...factsOf(answer) });

/** Reads the error of an answer. A body that is not Reelay's, such as a proxy's page, gives `unexpected_answer`. */
export async function errorOf(answer: Response): Promise<ReelayError> {
  const redirect = redirectOf(answer);
  const error = wordsOf(await beginOf(answer).catch(() => ''));
  if (redirect !== undefined) return unexpected(answer, redirect);
  const message = error.message ?? `The answer was ${String(answer.status)}.`;
  const code = error.code ?? 'unexpected_answer';
  return new ReelayError(message, { code, param: error.param, ...factsOf(answer) });
}

/** A browser tells nothing of a redirect, its status (0) included. */
const factsOf = ({ status, headers }: Response): Omit<ErrorFacts, 'code'> => ({
  status: status === 0 ? undefined : status,
  requestId: headers.get('x-request-id') ?? undefined,
  retryAfterMs: retryAfterMs(headers),
});

/** Returns a `Retry-After` in milliseconds; undefined where it is absent or unreadable. */
export function retryAfterMs(headers: Pick<Headers, 'get'>): number | undefined {
  return readRetryAfter(headers.get('retry-after') ?? undefined, Date.now());
}

/** One that is followed makes a GET of a POST and leaves the key behind, so it is told instead. */
function redirectOf({ status, type, headers }: Response): string | undefined {
  if (type !== 'opaqueredirect' && (status < 300 || status >= 400)) return undefined;
  const target = headers.get('location');
  const where = target === null ? 'to another address' : `to ${target}`;
  return `The answer was a redirect ${where}; give the address that answers as baseUrl.`;
}

/** Errors of Reelay's are far shorter; of a longer body the rest is not read. */
const ERROR_BYTES_MAX = 65_536;

async function beginOf({ body }: Response): Promise<string> {
  if (!body) return '';
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < ERROR_BYTES_MAX) {
      const part = await reader.read();
      if (part.done) break;
      text += decoder.decode(part.value, { stream: true });
    }
    return text;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

type Words = Partial<Record<'message' | 'code' | 'param', string>>;

function wordsOf(text: string): Words {
  try {
    const { error } = JSON.parse(text) as { error?: Record<string, unknown> };
    const said = Object.entries(error ?? {}).filter(([, value]) => typeof value === 'string');
    return Object.fromEntries(said);
  } catch {
    return {};
  }
}
