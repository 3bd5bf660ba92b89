import type { JobPlanSeed } from '../../job/plan';

/**
 * The part of the store port in which the jobs table is the queue of starts: a row that is committed and not marked as
 * started waits for its workflow. Times are Unix milliseconds.
 */
export interface StartStore {
  /**
   * Claims open jobs that were not started, oldest first and at most `limit`, until `until`; it passes over rows that
   * somebody else has claimed or locked, and over jobs in review.
   */
  claim(now: number, until: number, limit: number): Promise<JobPlanSeed[]>;
  /** Marks jobs as started, in one statement; one that is marked already keeps its time. */
  markStarted(ids: readonly string[], now: number): Promise<void>;
  /** Moves the end of the claims on jobs that were not started: nobody claims them before `until`. */
  putBack(ids: readonly string[], until: number): Promise<void>;
  /** Counts open jobs that were not started, but no further than `atMost`. */
  count(atMost: number): Promise<number>;
}
