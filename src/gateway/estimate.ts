import { capabilitiesOf } from '../core/catalog/capabilities-of';
import { reachOf } from '../core/catalog/reach';
import { knownModel, type Job } from '../core/job/job';
import type { Estimate } from '../core/ports/gateway/jobs';
import type { GatewayDeps } from './deps';

/**
 * Estimates how long such a job takes from acceptance to its end, at the channel that accepted it or else at its first choice. Returns
 * undefined where that channel is in no catalog any more and too few of its jobs were measured.
 */
export async function estimate(
  deps: Pick<GatewayDeps, 'store' | 'catalog'>,
  job: Job,
): Promise<Estimate | undefined> {
  const route = job.routes.find(({ channel }) => channel === job.channel) ?? job.routes[0];
  if (!route) return undefined;
  const model = knownModel(route);
  const measured = await deps.store.attempts.usualMs(route.provider, model);
  if (measured !== undefined)
    return { seconds: Math.ceil(measured / 1_000), basis: 'finished_jobs' };
  const at = reachOf(deps, route);
  const capabilities = at && capabilitiesOf(at.provider, route);
  return capabilities && { seconds: capabilities.usualSeconds, basis: 'model' };
}
