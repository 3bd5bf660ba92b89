import type { CallResult } from '../core/ports/outbound';
import { BlockedError } from './connector';

/**
 * What went wrong, in closed words. The line between `not_sent` and `no_reply` is the moment undici hands the first
 * byte to the socket: what happens before it is provably harmless, what happens after it may have arrived.
 */

export type Failure = Exclude<CallResult, { kind: 'reply' }>;

/** A stranger's host gets one text for "refused by us", "no such name" and "connection refused": a log that told
 * them apart would be a port scanner of our network. */
const UNREACHABLE = 'the host could not be reached';

/**
 * Says what an error before the first byte means. `trusted` = the operator's own origin, whose owner may know the
 * system's code.
 */
export function notSent(error: Error, trusted: boolean): Failure {
  const code = codeOf(error);
  if (error instanceof BlockedError) {
    return { kind: 'not_sent', reason: 'blocked', detail: UNREACHABLE };
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return { kind: 'not_sent', reason: 'unsendable', detail: 'a header cannot be sent as it is' };
  }
  if (!trusted && !isTlsCode(code)) {
    return { kind: 'not_sent', reason: 'connect', detail: UNREACHABLE };
  }
  const detail = `${UNREACHABLE} (${code ?? 'unknown error'})`;
  return { kind: 'not_sent', reason: 'connect', detail, ...(code === undefined ? {} : { code }) };
}

/** Says what an error after the first byte means. */
export function noReply(error: Error): Failure {
  const code = codeOf(error);
  switch (code) {
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return { kind: 'no_reply', reason: 'timeout', detail: 'the reply stalled' };
    case 'UND_ERR_HEADERS_OVERFLOW':
      return { kind: 'no_reply', reason: 'too_large', detail: 'the reply headers are too large' };
    case 'UND_ERR_DESTROYED':
    case 'UND_ERR_CLOSED':
      return { kind: 'no_reply', reason: 'aborted', detail: 'this process is shutting down' };
    default:
      return {
        kind: 'no_reply',
        reason: 'reset',
        detail: 'the connection broke before the reply ended',
      };
  }
}

/** A failed handshake is told to anybody: it happens at public addresses only, and only its owner can mend it. */
function isTlsCode(code: string | undefined): boolean {
  return (
    code !== undefined && /^(ERR_SSL|ERR_TLS|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)
  );
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
