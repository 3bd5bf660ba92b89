import type { Job } from '../core/job';
import type { Gateway } from '../core/ports';
import type { GatewayDeps } from './deps';

/**
 * Where a door waits for a job. One process holds so many at once; whoever comes after them is answered as if its wait
 * were over, which every caller of such a door must be able to hear anyway.
 */
export function createWaitFor(
  deps: Pick<GatewayDeps, 'store' | 'providerReplyMs' | 'heldRequestsMax'>,
  get: Gateway['get'],
): Gateway['waitFor'] {
  let waiting = 0;
  return async (principal, id, until, { ms = deps.providerReplyMs, signal }): Promise<Job> => {
    const job = await get(principal, id);
    if (waiting >= deps.heldRequestsMax) return job;
    waiting += 1;
    try {
      await deps.store.changes.wait(job.id, until, ms, signal);
    } finally {
      waiting -= 1;
    }
    return get(principal, job.id);
  };
}
