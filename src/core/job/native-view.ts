import type { Job } from './job';
import type { LatestReply, StoredReply } from '../provider/native';
import type { Attempt } from '../provider/attempt';

/** A job as its pass-through dialect shows it. */
export interface NativeView {
  job: Job;
  said: LatestReply | undefined;
  /** The last attempt, and the provider's answer to its submit. */
  attempt:
    (Pick<Attempt, 'state' | 'phase'> & { submitReply: StoredReply | undefined }) | undefined;
}

export interface NativeQuery {
  /** From 1. */
  page: number;
  size: number;
  /** How far back. */
  sinceMs: number;
  state?: 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'expired' | undefined;
  /** The public name or the provider's own. */
  model?: string | undefined;
  serviceTier?: string | undefined;
  /** In any form; empty = all. */
  ids: readonly string[];
}

export interface NativeViews {
  views: NativeView[];
  total: number;
}
