/** One row of a job's timeline. `place` says where it stands: `7421-018f…`, the transaction and the row's id in hex. */
export interface TimelineEvent {
  place: string;
  /** `job.running`, `job.ended.succeeded` */
  type: string;
}

/** What can be told of a job beside its row. */
export interface Timeline {
  /** Rows in an order that never changes; one that is written while we read comes after all of them. */
  events: readonly TimelineEvent[];
  /** Submits in the order in which they were begun. */
  attempts: readonly { number: number; model: string; state: string }[];
  /** States of the messages about its end: `pending`, `delivered`, `failed`. */
  deliveries: readonly string[];
}
