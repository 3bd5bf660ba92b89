import type { FeedStore } from './feed';
import type { Timeline } from './timeline';

/**
 * What an endpoint may wait for, each past the one before: a provider has accepted the job (perhaps by a callback), its
 * answer to the submit is there, the job has ended.
 */
export const MILESTONES = ['accepted', 'answered', 'ended'] as const;

export type Milestone = (typeof MILESTONES)[number];

/** `mark` changes whenever anything of the job does that a stream tells. */
export type Move = { kind: 'moved'; mark: string } | { kind: 'gone' } | { kind: 'still' };

export interface ChangeStore {
  /** The events of whole workspaces. */
  feed: FeedStore;
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
