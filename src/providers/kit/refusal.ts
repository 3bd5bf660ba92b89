import { failure, type Failure } from '../../core/errors';
import { given } from '../../core/json/fields';
import type { Reply } from '../../core/provider/exchange';
import type { Refusal, SubmitReading } from '../../core/provider/provider';
import { retryAfterOf } from '../../core/schedules';
import type { Words } from './words';

/**
 * What a code or an HTTP status of a vendor's proves about a submit: that no job was made and what is to be done then, or
 * `unknown`, which is never submitted again (P1 "one submit"). A table of codes has these as its values.
 */
export type Meaning = Refused | 'unknown';
export type Refused = Pick<Refusal, 'scope' | 'until'> & { code: Failure['code'] };

/** Too many calls, or a server that takes nothing in: it passes by waiting a little. */
export const BUSY: Refused = { scope: 'retry', code: 'provider_busy' };
/** Too many jobs of the account at once: it passes when one of them ends. */
export const FULL: Refused = { scope: 'retry', until: 'slot', code: 'provider_busy' };
/** The account may not or cannot pay: another channel may serve. */
export const DENIED: Refused = { scope: 'channel', code: 'provider_denied' };
/** The request is wrong, here and on every other channel. */
export const INVALID: Refused = { scope: 'final', code: 'invalid_input' };
/** What was sent is against the vendor's rules. */
export const POLICY: Refused = { scope: 'final', code: 'content_rejected' };

/** Returns the reading of a submit that the vendor itself refused, with its words and its Retry-After. */
export function refused(meaning: Refused, words: Words, reply: Reply): Refusal {
  const { scope, until, code } = meaning;
  return {
    state: 'refused',
    scope,
    ...given({ until, retryAfterMs: scope === 'retry' ? retryAfterOf(reply) : undefined }),
    failure: failure(code, {
      provider: { ...words, status: reply.status },
      ...(code === 'content_rejected' ? { stage: 'input' as const } : {}),
    }),
  };
}

/** Returns the reading of a submit that may have made a job. `detail` is for the log: `without a task id`. */
export function doubtful(reply: Reply, detail = ''): SubmitReading {
  return { state: 'unknown', detail: `HTTP ${String(reply.status)} ${detail}`.trim() };
}
