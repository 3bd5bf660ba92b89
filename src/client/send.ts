import { readRetryAfter } from '../core/schedules';
import { errorOf, ReelayError } from './error';
import { pause } from './pause';

export interface ClientOptions {
  /** `https://videos.example.com`, without `/v1`. */
  baseUrl: string;
  key: string;
  /** Sends the requests; absent = the global `fetch`. */
  fetch?: typeof fetch;
  /** How often a call is sent before it fails; absent = 4. */
  triesMax?: number;
}

export interface ClientCall {
  method?: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

export type Send = (call: ClientCall) => Promise<Response>;

const TRIES_MAX = 4;
const FIRST_PAUSE_MS = 250;
const PAUSE_MAX_MS = 8_000;
/** A longer `Retry-After` is for a person to decide on. */
const RETRY_AFTER_MAX_MS = 60_000;
const RETRIED = [408, 429, 500, 502, 503, 504];

/**
 * Makes the function that sends every call of a client. Each may be repeated: it reads, it asks for a price, or it has an
 * idempotency key. So where no answer came, or one that may pass, it is sent again: after the answer's `Retry-After`, else
 * after a pause that doubles. Throws `ReelayError` at the end, or the signal's reason.
 */
export function createSend({
  baseUrl,
  key,
  triesMax = TRIES_MAX,
  ...options
}: ClientOptions): Send {
  const origin = baseUrl.replace(/\/+$/, '');
  const once = async ({ method = 'GET', path, headers, body, signal }: ClientCall) => {
    const ask = options.fetch ?? fetch;
    return ask(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  };
  return async (call) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await once(call).catch((cause: unknown) => noAnswer(cause, call.signal));
      if (answer instanceof Response && answer.ok) return answer;
      const isLast = tries >= triesMax;
      const waitMs = isLast ? undefined : waitBefore(answer, tries);
      if (waitMs === undefined) throw answer instanceof Response ? await errorOf(answer) : answer;
      if (answer instanceof Response) await answer.body?.cancel();
      await pause(waitMs, call.signal);
    }
  };
}

function noAnswer(cause: unknown, signal: AbortSignal | undefined): ReelayError {
  signal?.throwIfAborted();
  return new ReelayError('No answer came from Reelay.', { code: 'no_answer', cause });
}

/** Returns the milliseconds before the next try; undefined where another would be answered the same. */
function waitBefore(answer: Response | ReelayError, tries: number): number | undefined {
  const usual =
    Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), PAUSE_MAX_MS) * (0.5 + Math.random() / 2);
  if (!(answer instanceof Response)) return usual;
  const word = answer.headers.get('x-should-retry');
  if (word === 'false' || (word !== 'true' && !RETRIED.includes(answer.status))) return undefined;
  const told = retryAfterMs(answer);
  if (told === undefined) return usual;
  return told > RETRY_AFTER_MAX_MS ? undefined : told;
}

/** Returns an answer's `Retry-After` in milliseconds; undefined where it is absent or unreadable. */
export function retryAfterMs({ headers }: Response): number | undefined {
  return readRetryAfter(headers.get('retry-after') ?? undefined, Date.now());
}
