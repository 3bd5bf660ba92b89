import { isKnown } from '../src/attempts/send';
import type { FrozenRoute, Job } from '../src/core/job/job';
import type { ActivityDeps } from './deps';
import { pending } from './failure';

const AGAIN_MS = 1_000;

/**
 * A job may be planned by a process whose config has a channel or a model that this one has not read yet. It is no
 * reason to pass the channel over: this process reads its file again, and where that does not have it either, throws to
 * hand the job on to the next worker, for as long as `configLagMs` from the job's create.
 */
export async function hearOfRoute(
  deps: ActivityDeps,
  job: Pick<Job, 'id' | 'createdAt'>,
  route: FrozenRoute | undefined,
): Promise<void> {
  const { catalog, waits, now, log } = deps;
  const isPlannedElsewhere = (): boolean =>
    route?.config !== undefined && route.config !== catalog.version() && !isKnown(deps, route);
  if (!route || !isPlannedElsewhere()) return;
  await deps.refreshConfig();
  if (!isPlannedElsewhere() || now() > job.createdAt + waits.configLagMs) return;
  const { channel, model, config } = route;
  log.warn(
    { jobId: job.id, channel, model, config },
    'a job needs a config that this process lacks',
  );
  throw pending('this worker has another config than the one that planned the job', AGAIN_MS);
}
