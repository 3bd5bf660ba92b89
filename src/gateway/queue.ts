import type { Job } from '../core/job/job';
import { capsOn } from '../core/slots/caps';
import type { GatewayDeps } from './deps';

/**
 * Adds where a queued job stands among those that wait for a slot. A job that no cap holds for on any of its channels
 * is not asked about.
 */
export async function withQueue(
  { store, caps }: Pick<GatewayDeps, 'store' | 'caps'>,
  job: Job,
): Promise<Job> {
  if (job.state !== 'queued') return job;
  const { workspaceId, keyId, group } = job;
  const isCapped = job.routes.some(
    ({ channel, model }) => capsOn(caps, { channel, model, workspaceId, keyId, group }).length > 0,
  );
  const queue = isCapped ? await store.slots.placeOf(job.id) : undefined;
  return queue ? { ...job, queue } : job;
}
