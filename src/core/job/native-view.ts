import type { Job } from './job';
import type { LatestReply, StoredReply } from '../provider/native';
import type { Attempt } from '../provider/attempt';

/** A job as its pass-through dialect shows it. */
export interface NativeView {
  job: Job;
  latest: LatestReply | undefined;
  /** The last attempt, and the provider's answer to its submit. */
  attempt:
    (Pick<Attempt, 'state' | 'phase'> & { submitReply: StoredReply | undefined }) | undefined;
}

export interface NativeQuery {
  /** The number of the page; the first one is 1. */
  page: number;
  size: number;
  /** How far back. */
  sinceMs: number;
  state?: 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'expired' | undefined;
  /** Unix milliseconds; a job of that very moment is in the list. */
  createdFrom?: number | undefined;
  /** Unix milliseconds; a job of that very moment is in no such list. */
  createdBefore?: number | undefined;
  /** The public name or the provider's own. */
  model?: string | undefined;
  serviceTier?: string | undefined;
  /** Ids of jobs in any form (`video_<hex>`, a UUID, the provider's own); an empty list asks for all jobs. */
  ids: readonly string[];
}

export interface NativeViews {
  views: NativeView[];
  total: number;
}
