/**
 * The part of the store port that removes what nobody may keep any longer. Every verb does a bounded number of rows,
 * oldest first, passes over rows that another process works on, and may be repeated. Times are Unix milliseconds.
 */
export interface RetentionStore {
  /** Marks jobs that ended before that moment as deleted; the number of jobs. */
  expireJobs(endedBefore: number, now: number, limit: number): Promise<number>;
  /** Ids of deleted jobs whose texts are still there. */
  erasable(limit: number): Promise<string[]>;
  /**
   * Blanks every text of the job in one transaction: request, metadata, provider's replies, messages that are not
   * pending, the stored answer of its create; and names its files as removable. Usage, ledger, times, states and ids stay.
   */
  erase(jobId: string, now: number): Promise<void>;
  /** Lists deleted jobs that a workflow asked for, whose request is in that workflow's history. */
  histories(limit: number): Promise<{ jobId: string; workflowId: string }[]>;
  markHistoryErased(jobId: string, now: number): Promise<void>;
  /** Takes results and inputs from jobs that ended before that moment; the number of jobs. */
  removeFiles(endedBefore: number, now: number, limit: number): Promise<number>;
  /** Takes the bodies of the provider's answers from jobs that ended before that moment; the number of jobs. */
  removeReplies(endedBefore: number, now: number, limit: number): Promise<number>;
  /** Deletes deliveries, with their tries, that ended before that moment; the number of deliveries. */
  removeCallbacks(endedBefore: number, limit: number): Promise<number>;
  /** Deletes events from before that moment which no delivery is about; the number of events. */
  removeEvents(before: number, limit: number): Promise<number>;
  /** Ids of stored files that were named as removable before that moment. */
  removable(before: number, limit: number): Promise<string[]>;
  /** Forgets files to remove: each is gone, or another row names it. */
  forgetRemovable(ids: readonly string[]): Promise<void>;
}
