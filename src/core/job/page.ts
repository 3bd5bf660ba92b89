import type { Job } from './job';

export interface PageQuery {
  limit: number;
  order: 'asc' | 'desc';
  after?: string | undefined;
  before?: string | undefined;
}

export interface Page {
  jobs: Job[];
  hasMore: boolean;
}
