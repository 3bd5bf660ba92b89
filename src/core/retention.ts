/**
 * How long rows and files stay after their job's end, in milliseconds; null = for ever. The ledger, usage and the
 * job's own row with its numbers stay in any case. docs/retention.md is the same as a table.
 */
export interface Retention {
  /** Bodies of what the provider answered. */
  repliesMs: number | null;
  /** Results in the blob store and stored inputs. */
  filesMs: number | null;
  /** Messages to the caller and their tries, after the last try. */
  callbacksMs: number | null;
  /** The timeline of a job, after each event. */
  eventsMs: number | null;
  /** The job itself: from then on it is as if its caller had deleted it. */
  jobsMs: number | null;
}

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
  /** Deleted jobs that a workflow asked for, whose request is in that workflow's history. */
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
  /** The file is gone, or another row names it. */
  forgetRemovable(ids: readonly string[]): Promise<void>;
}
