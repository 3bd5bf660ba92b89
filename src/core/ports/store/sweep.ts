import type { JobPlanSeed } from '../../job/plan';
import type { Attempt } from '../../provider/attempt';
import type { Limits } from '../../settings/limits';
import type { Waits } from '../../settings/waits';

export interface SweepStore {
  /**
   * Open jobs without a running workflow as far as the rows can tell: at most `limit` that were not started
   * for `queuedForMs`, and nobody has claimed or not even a claim of `claimMs` has helped, and at
   * most `limit` that are past their deadline. A job in review is among them from its deadline on, at its own pace.
   */
  startable(
    now: number,
    waited: { queuedForMs: number; claimMs: number },
    limit: number,
  ): Promise<JobPlanSeed[]>;
  /** Open jobs that an operator has ended and whose end is not booked yet. */
  ruled(limit: number): Promise<JobPlanSeed[]>;
  unstartedDeliveries(now: number, ageMs: number, limit: number): Promise<string[]>;
  /** Copies without a workflow that nobody has claimed. */
  unstartedKeeps(now: number, ageMs: number, limit: number): Promise<string[]>;
  markDeliveryStarted(id: string, now: number): Promise<void>;
  markKeepStarted(jobId: string, now: number): Promise<void>;
  /** The seeds of these workflows' jobs, without those that are finished, wait for review, or were never made. */
  seeds(workflowIds: readonly string[], now: number): Promise<JobPlanSeed[]>;
  /** Open jobs whose cancel was asked for longer ago than that, the latest wish first, at most `limit`. */
  cancelable(now: number, ageMs: number, limit: number): Promise<JobPlanSeed[]>;
  /** Deletes the answers that no repeat may get any more, oldest first, at most `limit`; says how many. */
  forgetAnswers(now: number, limit: number): Promise<number>;
  /**
   * Attempts of jobs that ended without the provider's word, for one more deadline, those without a verdict only; each
   * at most once per pause.
   */
  takeLate(now: number, pauseMs: number, limit: number): Promise<Attempt[]>;
  /**
   * Those of these stored files that no row names. Rows that say no more than that a workspace sent a file before that
   * moment, and whose job was never made, go first.
   */
  unnamedBlobs(ids: readonly string[], before: number): Promise<string[]>;
  /**
   * Counts a restart and says whether it may still be made. Past the limit the job goes to review, and from its deadline
   * on it may be restarted all the same, once per `reviewMs`.
   */
  countRestart(jobId: string, count: RestartCount): Promise<boolean>;
}

export interface RestartCount extends Pick<Limits, 'restartsMax'>, Pick<Waits, 'reviewMs'> {
  /** Unix milliseconds. */
  now: number;
}
