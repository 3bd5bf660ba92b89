import type { Principal } from '../../api/principal';
import type { Job } from '../../job/job';
import type { Timeline } from '../store/timeline';

/** One thing that a stream says. */
export type Told =
  /** The first thing; a client that is cut off comes back after so many milliseconds. */
  | { kind: 'opened'; retryMs: number }
  /**
   * The job as it is now. `place` is where its reader has got to; absent where what changed is no row of the timeline,
   * such as the progress. `type` is that row's.
   */
  | ({ kind: 'state'; job: Job; place?: string; type?: string } & Pick<
      Timeline,
      'attempts' | 'deliveries'
    >)
  /** Nothing has happened for a while. */
  | { kind: 'beat' }
  /** The server is closing; another one goes on from the same place. */
  | { kind: 'closing' };

/** What happens to jobs, as it happens. */
export interface Live {
  /**
   * Opens the events of one job: its state first, or, with the place that its reader has got to, every row after that.
   * It ends with the job, when the job is deleted, when the key ends, and when `signal` aborts. Returns undefined where
   * the end was told before that place. Throws `not_found`, and `unavailable` or `rate_limited` where too many are open.
   */
  follow(
    principal: Principal,
    id: string,
    reader: { after: string | undefined; signal: AbortSignal },
  ): Promise<AsyncIterable<Told> | undefined>;
  /** Signs a link by which anybody may follow that job for a while. */
  eventsLink(job: Pick<Job, 'id' | 'workspaceId'>): string;
}
