import type { Place } from '../../job/place';
import type { Timeline, TimelineEvent } from './timeline';

/** One row of a workspace's feed. */
export interface FeedRow extends TimelineEvent {
  jobId: string;
}

export interface FeedPage {
  /** Rows in the one order, each of a job that had not ended before it. */
  rows: readonly FeedRow[];
  /** The place that a reader of this page has got to: its last row, or all that there was when it was read. */
  next: Place;
  hasMore: boolean;
}

/** What can be told of a job beside its row and its events. */
export type Surroundings = Pick<Timeline, 'attempts' | 'deliveries'>;

/** The events of all jobs of a workspace, in the order of the transactions that wrote them. */
export interface FeedStore {
  /**
   * Reads on behind a place, or, without one, nothing but where the feed is now (`now` in Unix milliseconds). Returns
   * undefined for a place to which this database has not counted yet: it is of another one.
   */
  page(
    workspaceId: string,
    query: { after: Place | undefined; limit: number; now: number },
  ): Promise<FeedPage | undefined>;
  /**
   * Waits for a row behind the place: true once there is one, false after that many milliseconds or as soon as `signal`
   * aborts. All who wait in one process are asked about together.
   */
  moved(workspaceId: string, place: Place, ms: number, signal: AbortSignal): Promise<boolean>;
  /** Reads what surrounds each of these jobs. */
  surroundings(jobIds: readonly string[]): Promise<ReadonlyMap<string, Surroundings>>;
}
