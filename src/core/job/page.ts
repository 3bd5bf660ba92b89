import type { Job, JobState } from './job';

/** A page of a list: the jobs between two others, in this order, as many from `after` on or else up to `before`. */
export interface PageQuery {
  limit: number;
  order: 'asc' | 'desc';
  after?: string | undefined;
  before?: string | undefined;
  filter?: JobFilter;
}

/** Which jobs a list has; every field that is there must hold. */
export interface JobFilter {
  states?: readonly JobState[] | undefined;
  /** The public name under which it was asked for. */
  model?: string | undefined;
  /** Unix milliseconds; a job of that very moment is in the list. */
  createdFrom?: number | undefined;
  /** Unix milliseconds; a job of that very moment is in no such list. */
  createdBefore?: number | undefined;
  /** What the job's metadata holds among others, at whatever depth: `{"order": "A-17"}`. */
  metadata?: Readonly<Record<string, unknown>> | undefined;
}

export interface Page {
  jobs: Job[];
  hasMore: boolean;
}
