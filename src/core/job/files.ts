import type { Headers } from '../provider/exchange';
import type { Retention } from '../settings/retention';
import type { Job } from './job';

export type FileKind = 'video' | 'last_frame';

export interface ContentAnswer {
  /** 304 where the caller holds it already: its stream is empty. */
  status: 200 | 206 | 304;
  headers: Headers;
  stream: AsyncIterable<Uint8Array>;
}

/**
 * Returns the Unix milliseconds until which the files of a job stay: the sooner end of the files' own wait and of the
 * job's. Undefined while there is no video, and where both are kept for ever.
 */
export function filesEndAt(
  { filesMs, jobsMs }: Pick<Retention, 'filesMs' | 'jobsMs'>,
  { state, finishedAt }: Pick<Job, 'state' | 'finishedAt'>,
): number | undefined {
  if (state !== 'succeeded' || finishedAt === undefined) return undefined;
  const waits = [filesMs, jobsMs].filter((wait) => wait !== null);
  return waits.length === 0 ? undefined : finishedAt + Math.min(...waits);
}
