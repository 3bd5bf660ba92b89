import { GatewayError } from '../core/errors';
import type { Job } from '../core/job/job';
import type { Jobs } from '../core/ports/gateway/jobs';
import type { Limits } from '../core/settings/limits';
import type { Waits } from '../core/settings/waits';
import type { GatewayDeps } from './deps';

export interface HeldJob {
  job: Job;
  /** False where nobody waited, since the process holds as many as it may. */
  isHeld: boolean;
}
export type Hold = (...args: Parameters<Jobs['waitFor']>) => Promise<HeldJob>;

/**
 * Makes the wait of an endpoint for a job. One process holds so many at once; whoever comes after them is answered as
 * if its wait were over, which every caller of such an endpoint must be able to hear anyway.
 */
export function createHold(
  deps: Pick<GatewayDeps, 'store'> & {
    waits: Pick<Waits, 'providerReplyMs'>;
    limits: Pick<Limits, 'heldRequests'>;
  },
  get: Jobs['get'],
): Hold {
  let waiting = 0;
  return async (principal, id, until, { ms = deps.waits.providerReplyMs, signal }) => {
    const job = await get(principal, id);
    if (waiting >= deps.limits.heldRequests) return { job, isHeld: false };
    waiting += 1;
    try {
      await deps.store.changes.wait(job.id, until, ms, signal);
    } finally {
      waiting -= 1;
    }
    return { job: await get(principal, job.id), isHeld: true };
  };
}

/**
 * Makes the wait of a create, which never throws: the job exists, so an error would lead its caller to make, and pay
 * for, another one.
 */
export function createHoldCreated(deps: Pick<GatewayDeps, 'log'>, hold: Hold): Jobs['holdCreated'] {
  return async (principal, jobId, ...wait) => {
    try {
      return await hold(principal, jobId, ...wait);
    } catch (error) {
      const isDeleted = error instanceof GatewayError && error.code === 'not_found';
      if (!isDeleted) deps.log.warn({ jobId, err: error }, 'a created job could not be read');
      return undefined;
    }
  };
}
