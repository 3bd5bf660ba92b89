import type { Principal } from '../../api/principal';
import type { Job } from '../../job/job';
import type { Place } from '../../job/place';
import type { Surroundings } from '../store/feed';

/** One event of a workspace: what happened, and its job as it is now. */
export interface FeedEvent extends Surroundings {
  place: Place;
  /** `job.running`, `job.ended.succeeded` */
  type: string;
  job: Job;
}

export interface FeedQuery {
  /** The place that the reader has got to; undefined = it begins with what happens from now on. */
  after: Place | undefined;
  /** Says by its kind and its job whether the reader wants an event; undefined = all. */
  wants?: ((event: Pick<FeedEvent, 'type' | 'job'>) => boolean) | undefined;
  signal: AbortSignal;
}

/** One thing that a stream of a workspace says. */
export type FeedTold =
  /** The first thing; a client that is cut off comes back after so many milliseconds. */
  | { kind: 'opened'; retryMs: number }
  | ({ kind: 'event' } & FeedEvent)
  /** Its reader has got so far, also where nothing was for it. */
  | { kind: 'place'; place: Place }
  | { kind: 'beat' }
  /** The server is closing; another one goes on from the same place. */
  | { kind: 'closing' };

export interface FeedAnswer {
  events: readonly FeedEvent[];
  /** The place to ask on from. */
  next: Place;
  hasMore: boolean;
}

/**
 * What happens to all jobs of a workspace, in one order that never changes, from any process. Jobs that were deleted are
 * not told. Both throw `invalid_request` for a place that is older than events are kept or of another database, and
 * `unavailable` or `rate_limited` where too many are open.
 */
export interface Feed {
  /** Opens the stream; it ends when the key ends and when `signal` aborts. */
  followAll(principal: Principal, query: FeedQuery): Promise<AsyncIterable<FeedTold>>;
  /** Answers with what is there, or, where that is nothing, with what comes within `waitMs`. */
  events(
    principal: Principal,
    query: FeedQuery & { limit: number; waitMs: number },
  ): Promise<FeedAnswer>;
}
