import type { Dispatcher } from 'undici';
import { given } from '../core/json/fields';
import type { Headers } from '../core/provider/exchange';
import { noReply, notSent } from './failure';
import type { Failure } from './failure';

/**
 * One request on the wire, written at most once.
 *
 * Order of things: the connection is established, then the deadline is read again, then the bytes are written, with
 * nothing in between that could wait. A connection that stands too late is closed without a byte. undici may put a
 * request back in its queue when a connection breaks; a second write is refused here, whatever the reason.
 */

/** A request as it goes on the wire, its URL judged. */
export interface OutgoingRequest {
  url: URL;
  method: string;
  headers: Headers;
  body?: Uint8Array | string | undefined;
  /** The whole exchange, Unix milliseconds. */
  deadlineAt: number;
  /** Longest pause between two pieces of the reply, in milliseconds; 0 leaves it to the deadline. */
  idleMs: number;
  signal?: AbortSignal | undefined;
  /** The operator's own origin. */
  trusted: boolean;
}

/** Told in this order: head, chunks, then either end or fail; nothing after that. */
export interface Receiver {
  head(status: number, headers: Headers): void;
  /** False asks for a pause until `resume`. */
  chunk(bytes: Buffer): boolean;
  end(): void;
  fail(failure: Failure): void;
}

export interface Exchange {
  resume(): void;
  /** Ends it from our side; the receiver is told `failure`. Too late changes nothing. */
  stop(failure: Failure): void;
}

/** Longest delay a Node timer takes. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export function exchange(
  agent: Dispatcher,
  outgoing: OutgoingRequest,
  receiver: Receiver,
  now: () => number,
): Exchange {
  let controller: Dispatcher.DispatchController | undefined;
  let ended = false;

  const finish = (): boolean => {
    if (ended) return false;
    ended = true;
    clearTimeout(timer);
    outgoing.signal?.removeEventListener('abort', onAbort);
    return true;
  };
  const stop = (failure: Failure): void => {
    if (!finish()) return;
    controller?.abort(new Error('stopped'));
    receiver.fail(failure);
  };
  const onDeadline = (): void => stop(controller ? TIMED_OUT : TOO_LATE);
  const onAbort = (): void => stop(controller ? GIVEN_UP : GIVEN_UP_UNSENT);
  const leftMs = Math.min(Math.max(outgoing.deadlineAt - now(), 0), TIMER_MS_MAX);
  const timer = setTimeout(onDeadline, leftMs);
  outgoing.signal?.addEventListener('abort', onAbort, { once: true });

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(start) {
      if (!ended && !controller && now() < outgoing.deadlineAt) {
        controller = start;
        return;
      }
      stop(controller ? BROKEN : TOO_LATE);
      start.abort(new Error('not written'));
    },
    onResponseStart(_start, status, headers) {
      // 1xx are announcements; the reply is still to come.
      if (!ended && status >= 200) receiver.head(status, singleValued(headers));
    },
    onResponseData(start, bytes) {
      if (!ended && !receiver.chunk(bytes)) start.pause();
    },
    onResponseEnd() {
      if (finish()) receiver.end();
    },
    onResponseError(_start, error) {
      if (!finish()) return;
      receiver.fail(controller ? noReply(error) : notSent(error, outgoing.trusted));
    },
  };
  if (outgoing.signal?.aborted === true) onAbort();
  else if (leftMs === 0) onDeadline();
  else agent.dispatch(dispatchOptions(outgoing), handler);
  return { resume: () => controller?.resume(), stop };
}

const TOO_LATE: Failure = {
  kind: 'not_sent',
  reason: 'deadline',
  detail: 'there was no connection before the deadline',
};
const GIVEN_UP_UNSENT: Failure = {
  kind: 'not_sent',
  reason: 'deadline',
  detail: 'the call was given up before anything was sent',
};
const TIMED_OUT: Failure = {
  kind: 'no_reply',
  reason: 'timeout',
  detail: 'there was no complete reply before the deadline',
};
const GIVEN_UP: Failure = { kind: 'no_reply', reason: 'aborted', detail: 'the call was given up' };
const BROKEN: Failure = {
  kind: 'no_reply',
  reason: 'reset',
  detail: 'the connection broke before the reply ended',
};

/** Headers that belong to the connection or that undici writes itself. */
const OWN_HEADERS: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'transfer-encoding',
  'upgrade',
];

function dispatchOptions(outgoing: OutgoingRequest): Dispatcher.DispatchOptions {
  const { url, method, body } = outgoing;
  const headers = Object.entries(outgoing.headers).filter(
    ([name]) => !OWN_HEADERS.includes(name.toLowerCase()),
  );
  return {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    headers: Object.fromEntries(headers),
    ...given({ body }),
    // A connection is used again for reads only. A server may close an idle one at any moment, and a write that
    // meets this is neither sent nor unsent.
    reset: method !== 'GET',
    headersTimeout: outgoing.idleMs,
    bodyTimeout: outgoing.idleMs,
  };
}

/**
 * Returns headers with one value each. Repeated headers are joined as RFC 9110 5.2 says. undici gives lower-case names.
 */
function singleValued(headers: Record<string, string | string[] | undefined>): Headers {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
