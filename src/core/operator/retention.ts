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
