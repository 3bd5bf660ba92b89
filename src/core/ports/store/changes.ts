/**
 * What an endpoint may wait for, each past the one before: a provider has accepted the job (perhaps by a callback), its
 * answer to the submit is there, the job has ended.
 */
export const MILESTONES = ['accepted', 'answered', 'ended'] as const;

export type Milestone = (typeof MILESTONES)[number];

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

/** `mark` changes whenever anything of the job does that a stream tells. */
export type Move = { kind: 'moved'; mark: string } | { kind: 'gone' } | { kind: 'still' };

export interface ChangeStore {
  /**
   * Waits until the job's mark is another one than the one given; `gone` where there is no such job any more, `still`
   * after that many milliseconds or as soon as `signal` aborts. All who wait in one process are asked about together.
   */
  moved(jobId: string, mark: string, ms: number, signal: AbortSignal): Promise<Move>;
  timeline(jobId: string): Promise<Timeline>;
  /**
   * Waits for a milestone: true once the job has reached it; false after that many milliseconds, or as soon as `signal`
   * aborts.
   */
  wait(jobId: string, until: Milestone, ms: number, signal?: AbortSignal): Promise<boolean>;
}
