import type { Failure } from './errors';
import type { FinalVerdict, Operation } from './outcome';
import type { Refusal } from './provider';

/** One try of one job at one provider, frozen when it was opened (P4). Times are Unix milliseconds. */
export interface Attempt {
  id: string;
  jobId: string;
  workspaceId: string;
  number: number;
  provider: string;
  channel: string;
  /** As our tables know it. */
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
  polls: number;
  /** Looks at it are refused, and were since then without a break. */
  denial: { since: number; failure: Failure } | undefined;
  /** The provider's final word, kept here until settle makes it visible. */
  verdict: FinalVerdict | undefined;
}
