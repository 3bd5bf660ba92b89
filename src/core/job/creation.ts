import type { Answer } from '../api/answer';
import type { Draft } from '../request/draft';
import type { NativeCreation } from '../provider/native';
import type { Job } from './job';

/** What to answer to a create, and which job it made; a repeat names the job that the first request made. */
export interface CreateAnswer extends Answer {
  jobId: string;
}

export type Creation = CreateOptions & (Draft | NativeDraft);

/**
 * The caller's own bytes, to be sent as they are. Their reading is for price and echo: what the model cannot honour is
 * left out of it, and the provider is the one who refuses.
 */
export interface NativeDraft {
  native: NativeCreation;
}

export interface CreateOptions {
  dialect: string;
  /** `video` where callers know the job as `video_<hex>`; absent where they know it by its UUID. */
  idPrefix?: 'video' | 'task';
  idempotency: Idempotency | undefined;
  /** A quote's price holds for the very request that it was given for. */
  quote?: { id: string; param: string } | undefined;
  /** The price of the answer is final, however much is used. */
  isPriceFixed?: true;
  /** The job is canceled when no provider has it so many seconds after its create. */
  startWithinSeconds?: number | undefined;
  /** Set when a workflow asks, which runs already: nothing is started, and the job belongs to that workflow id. */
  workflowId?: string;
  /** The `X-Request-Id` of the request, which providers are told too; absent where a workflow asks. */
  requestId?: string;
  render(job: Job): Answer;
}

export interface Idempotency {
  key: string;
  route: string;
  fingerprint: string;
  /** Other fingerprints under which the same request may have been stored before, by another path of the same route. */
  alike?: readonly string[];
  /** The answer is kept for ever and not only for as long as clients repeat a request. */
  lasting?: true;
  /** Milliseconds for which the answer is kept; absent = `waits.idempotencyMs`. */
  keepMs?: number;
  /** The claim ends when its job fails, is canceled or deleted: whoever asks again then wants another one. */
  onlyLiving?: true;
}
