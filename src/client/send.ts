import { errorOf, ReelayError, unsendable } from './error';
import { pause } from './pause';

export interface ClientOptions {
  /** `https://videos.example.com`, without `/v1`; a path before that stays: `https://example.com/videos`. */
  baseUrl: string;
  key: string;
  /** Sends the requests; absent = the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** How often a call is sent before it fails; absent = 4. */
  triesMax?: number | undefined;
  /**
   * Milliseconds after which a try has failed that has no answer; absent = one minute. It bounds an answer in JSON whole,
   * and of a stream or a file its beginning.
   */
  timeoutMs?: number | undefined;
}

export interface ClientCall {
  method?: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** Sends a call and reads its answer; what breaks off while it is read counts as no answer. */
export type Send = <T>(call: ClientCall, read: (answer: Response) => T | Promise<T>) => Promise<T>;

const TRIES_MAX = 4;
const TIMEOUT_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const PAUSE_MAX_MS = 8_000;
/** A longer `Retry-After` is for a person to decide on. */
const RETRY_AFTER_MAX_MS = 60_000;

/**
 * Makes the function that sends every call of a client. Each may be repeated: it reads, it asks for a price, or it has an
 * idempotency key. So where no answer came, or one that may pass, it is sent again: after the answer's `Retry-After`, else
 * after a pause that doubles. Throws `ReelayError` at the end, or the signal's reason.
 */
export function createSend({
  baseUrl,
  key,
  triesMax = TRIES_MAX,
  timeoutMs = TIMEOUT_MS,
  fetch: given,
}: ClientOptions): Send {
  const base = baseOf(baseUrl);
  if (typeof key !== 'string' || key === '') throw unsendable('key', 'must be the text of a key');
  checkCount('triesMax', triesMax);
  checkCount('timeoutMs', timeoutMs);
  return async (call, read) => {
    const { url, init } = requestOf(call, base, key);
    for (let tries = 1; ; tries += 1) {
      const ask = (signal: AbortSignal) => (given ?? fetch)(url, { ...init, signal });
      const result = await tryOnce(ask, read, { signal: call.signal, timeoutMs });
      if ('value' in result) return result.value;
      const waitMs = tries >= triesMax ? undefined : waitBefore(result, tries);
      if (waitMs === undefined) throw result.error;
      await pause(waitMs, call.signal);
    }
  };
}

/** Returns the address that paths are put behind. Throws for what is none, or has a part that no request could have. */
function baseOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isHttp || url.username || url.password || url.search || url.hash) {
    const problem = 'must be an http(s) URL without a name, a query or a fragment';
    throw unsendable('baseUrl', `${problem}, such as https://videos.example.com`);
  }
  return url.href.replace(/\/+$/, '');
}

/** The longest wait of a timer; it takes a longer one for none. */
const COUNT_MAX = 2 ** 31 - 1;

function checkCount(name: string, count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= COUNT_MAX) return;
  throw unsendable(name, `must be a whole number from 1 to ${String(COUNT_MAX)}`);
}

/** Throws for what no request can carry, such as a key with a line break, or a body that is no JSON. */
function requestOf({ method = 'GET', path, body, ...call }: ClientCall, base: string, key: string) {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...call.headers,
  };
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value);
  const init: RequestInit = {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: jsonOf(body) }),
  };
  return { url: `${base}${path}`, init };
}

function checkHeader(name: string, value: string): void {
  try {
    new Headers({ [name]: value });
  } catch (cause) {
    throw unsendable(name, 'has a character that no header may have', cause);
  }
}

function jsonOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw unsendable('body', 'cannot be written as JSON', cause);
  }
}

interface Failure {
  error: ReelayError;
  /** The gateway's own word on whether to ask again. */
  word?: string | null;
}

async function tryOnce<T>(
  ask: (signal: AbortSignal) => Promise<Response>,
  read: (answer: Response) => T | Promise<T>,
  { signal, timeoutMs }: { signal: AbortSignal | undefined; timeoutMs: number },
): Promise<{ value: T } | Failure> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const answer = await ask(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
    if (answer.ok) return { value: await read(answer) };
    return { error: await errorOf(answer), word: answer.headers.get('x-should-retry') };
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ReelayError) throw cause;
    const within = late.signal.aborted ? ` within ${String(timeoutMs)} ms` : '';
    const message = `No answer came from Reelay${within}.`;
    return { error: new ReelayError(message, { code: 'no_answer', cause }) };
  } finally {
    clearTimeout(timer);
  }
}

/** 501 and 505 to 599 are answered the same again. */
const RETRIED = [408, 429, 500, 502, 503, 504];

/** Returns the milliseconds before the next try; undefined where another would be answered the same. */
function waitBefore({ error, word }: Failure, tries: number): number | undefined {
  const usual =
    Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), PAUSE_MAX_MS) * (0.5 + Math.random() / 2);
  const isRetried = error.code === 'no_answer' || RETRIED.includes(error.status ?? 0);
  if (word === 'false' || (word !== 'true' && !isRetried)) return undefined;
  const told = error.retryAfterMs;
  if (told === undefined) return usual;
  return told > RETRY_AFTER_MAX_MS ? undefined : told;
}
