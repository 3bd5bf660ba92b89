import type { Cost } from '../money/charge';
import type { AdminList } from './listed';
import type { FailureCode } from '../errors';
import type { JobState } from '../job/job';
import type { DeliveryEnd, DeliveryRow } from '../job/delivery';

/**
 * What operators see and do about work that does not go on by itself: jobs in review, messages and copies that gave up.
 * Times are Unix milliseconds, money is micro-points; ids are taken in any form. No prompt and no result is in it.
 */

export interface OperatedJob {
  id: string;
  workspaceId: string;
  keyId: string | null;
  workflowId: string;
  dialect: string;
  state: JobState;
  model: string;
  provider: string;
  channel: string;
  /** Why a person should look at it; null = nobody need. */
  review: string | null;
  restarts: number;
  failureCode: FailureCode | null;
  price: bigint;
  charged: bigint | null;
  createdAt: number;
  finishedAt: number | null;
  deadlineAt: number;
  deletedAt: number | null;
  erasedAt: number | null;
}

export interface OperatedAttempt {
  number: number;
  provider: string;
  channel: string;
  state: 'sending' | 'accepted' | 'refused' | 'unknown';
  sends: number;
  /** Looks at the provider that told something new, the first one included. */
  polls: number;
  /** The provider's handle as JSON, such as `{"taskId":"cgt-1"}`; null until it accepted. */
  operation: string | null;
  refusalCode: FailureCode | null;
  /** What the provider said in the end; null while it has not. */
  verdict: string | null;
  /** What it cost the account; null until it has ended, and where nobody knows. */
  cost: Cost | null;
}

export interface OperatedDelivery {
  id: string;
  /** The id of its event, which receivers know as `webhook-id: evt_<hex>`. */
  eventId: string;
  jobId: string;
  workspaceId: string;
  about: 'queued' | 'running' | 'ended';
  state: DeliveryRow['state'];
  endedBecause: DeliveryEnd | null;
  /** Empty once the job is erased. */
  url: string;
  /** The message is blank: its job was deleted. */
  isErased: boolean;
  tries: number;
  createdAt: number;
  finishedAt: number | null;
}

export interface OperatedTry {
  number: number;
  startedAt: number;
  /** Unix milliseconds at which the try ended; null when nobody saw its end. */
  finishedAt: number | null;
  durationMs: number | null;
  /** The status of the HTTP answer, such as 500; null where there was none. */
  status: number | null;
  /** A class such as `timeout` where there was no answer. */
  error: string | null;
  /** The beginning of the answer. */
  excerpt: string | null;
}

export interface OperatedKeep {
  jobId: string;
  workspaceId: string;
  state: 'pending' | 'kept' | 'gave_up';
  because: string | null;
  createdAt: number;
  finishedAt: number | null;
}

/** Newest first, after the item with that id. */
interface OperatedPage {
  limit: number;
  after?: string | undefined;
}

export interface JobQuery extends OperatedPage {
  workspaceId?: string | undefined;
  state?: JobState | undefined;
  /** True = only jobs in review, also those that have ended. */
  isInReview?: boolean | undefined;
}

export interface DeliveryFilter {
  jobId?: string | undefined;
  workspaceId?: string | undefined;
  state?: DeliveryRow['state'] | undefined;
  /** Made at that moment or later, and before that moment. */
  from?: number | undefined;
  to?: number | undefined;
}

export type DeliveryQuery = OperatedPage & DeliveryFilter;
export type KeepQuery = OperatedPage & { state?: OperatedKeep['state'] | undefined };

/** How an operator ends a job; `message` is told to its caller. */
export interface JobEnd {
  code: FailureCode;
  message?: string | undefined;
  /** Ends the job also while its workflow runs, which is then ended. */
  force: boolean;
}

/** Use cases. All throw `not_found` for an id that is none of ours, and `conflict` where the state does not allow it. */
export interface Operations {
  jobs(query: JobQuery): Promise<AdminList<OperatedJob>>;
  job(id: string): Promise<JobReport>;
  /** Takes an open job out of review and starts its workflow again. */
  resumeJob(id: string): Promise<OperatedJob>;
  /** Fails an open job: nothing is charged, and what its provider says later is booked as our cost. */
  failJob(id: string, end: JobEnd): Promise<OperatedJob>;
  /** Takes a job that has ended out of review; its timeline keeps the reason and the note. */
  resolveJob(id: string, note: string | undefined): Promise<OperatedJob>;
  deliveries(query: DeliveryQuery): Promise<AdminList<OperatedDelivery>>;
  /** Reports one delivery, named by its own id or by the `webhook-id` (`evt_…`) that its receiver knows. */
  delivery(id: string): Promise<DeliveryReport>;
  /** Tries at once where it waits for its next try; begins the whole schedule anew where it has ended. */
  redeliver(id: string): Promise<OperatedDelivery>;
  /** Begins anew those that match and have ended, oldest first; how many, and whether more match. */
  redeliverAll(filter: DeliveryFilter, limit: number): Promise<{ count: number; hasMore: boolean }>;
  stopDelivery(id: string): Promise<OperatedDelivery>;
  keeps(query: KeepQuery): Promise<AdminList<OperatedKeep>>;
  /** Begins another round of tries of a copy that gave up. */
  resumeKeep(jobId: string): Promise<OperatedKeep>;
  /** Gives up a copy that is being tried. */
  failKeep(jobId: string, because: string): Promise<OperatedKeep>;
}

export interface JobReport {
  job: OperatedJob;
  attempts: readonly OperatedAttempt[];
  deliveries: readonly OperatedDelivery[];
  keep: OperatedKeep | undefined;
}

export interface DeliveryReport {
  delivery: OperatedDelivery;
  tries: readonly OperatedTry[];
}
