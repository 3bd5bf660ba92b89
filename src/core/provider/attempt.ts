import type { Failure } from '../errors';
import type { FinalVerdict, Operation } from '../job/outcome';
import type { Refusal } from './provider';

/**
 * An answer that ends no job by itself: our account may not look (`denied`), the provider does not know the job
 * (`gone`), it says succeeded and shows no video (`empty`), its result is no video (`unreadable`).
 */
export interface Doubt {
  kind: 'denied' | 'gone' | 'empty' | 'unreadable';
  /** Unix milliseconds of the first such answer. */
  since: number;
  failure: Failure;
}

/** One try of one job at one provider, frozen when it was opened (P4 "pinned"). Times are Unix milliseconds. */
export interface Attempt {
  id: string;
  jobId: string;
  workspaceId: string;
  number: number;
  provider: string;
  channel: string;
  /** The provider's model under the name that our tables know, such as `kling-v2-6`. */
  model: string;
  state: 'sending' | 'accepted' | 'refused' | 'unknown';
  /** `retryAt`: not to be sent again before. */
  refusal: (Omit<Refusal, 'state' | 'retryAfterMs'> & { retryAt?: number }) | undefined;
  sendingAt: number;
  sendDeadline: number;
  sends: number;
  operation: Operation | undefined;
  acceptedAt: number | undefined;
  phase: 'queued' | 'running';
  progress: number | null;
  /** Looks that told something new, the first one included; a look that did not writes nothing. */
  polls: number;
  /** What every look at it has said since then, without a break, and what its job ends with if that lasts. */
  doubt: Doubt | undefined;
  /** The provider's final word, kept here until settle makes it visible. */
  verdict: FinalVerdict | undefined;
  /** A call that looks at many jobs said nothing of it: it is looked at alone. */
  looksAlone: boolean;
  /** Unix milliseconds of the second submit under the same id, of which there is one, where the provider never had the first. */
  repeatedAt: number | undefined;
  /** The `X-Request-Id` of the request that made the job; absent where a workflow asked. */
  requestId?: string | undefined;
}
