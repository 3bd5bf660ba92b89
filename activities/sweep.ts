import { planOf } from '../src/core/plan';
import type { JobPlanSeed } from '../src/core/ports';
import type { ActivityDeps } from './deps';

/**
 * Finds what a crash, a terminate or a lost start left behind and starts it again. It never settles and never talks to
 * a provider; every start it makes is safe to make twice.
 */
export function sweep(deps: ActivityDeps) {
  return async (): Promise<{ jobs: number; deliveries: number; keeps: number }> => {
    const now = deps.now();
    const { sweepAgeMs, sweepClosedMs } = deps.waits;
    const limit = deps.limits.sweepRows;
    let jobs = 0;
    for (const seed of await deps.store.sweep.startable(now, sweepAgeMs, limit)) {
      if (await revive(deps, seed)) jobs += 1;
    }
    for (const jobId of await deps.engine.closedJobs(now - sweepClosedMs, limit)) {
      const seed = await deps.store.sweep.seed(jobId);
      if (seed && (await revive(deps, seed))) jobs += 1;
    }
    const deliveries = await deps.store.sweep.unstartedDeliveries(now, sweepAgeMs, limit);
    for (const id of deliveries) {
      await deps.engine.startDelivery(id);
      await deps.store.sweep.markDeliveryStarted(id, deps.now());
    }
    const keeps = await deps.store.sweep.unstartedKeeps(now, sweepAgeMs, limit);
    for (const jobId of keeps) {
      await deps.engine.startKeep(jobId);
      await deps.store.sweep.markKeepStarted(jobId, deps.now());
    }
    const found = { jobs, deliveries: deliveries.length, keeps: keeps.length };
    if (jobs + found.deliveries + found.keeps > 0) deps.log.warn(found, 'the sweep started again');
    return found;
  };
}

async function revive(deps: ActivityDeps, seed: JobPlanSeed): Promise<boolean> {
  const plan = planOf(seed, deps.waits);
  const run = await deps.engine.jobRun(seed.jobId);
  switch (run) {
    case 'running':
      await deps.store.jobs.markStarted(seed.jobId, deps.now());
      return false;
    case 'none':
      await deps.engine.startJob(plan);
      await deps.store.jobs.markStarted(seed.jobId, deps.now());
      return true;
    case 'terminated':
    case 'closed':
      if (!(await deps.store.sweep.countRestart(seed.jobId, deps.limits.restartsMax))) {
        deps.log.error({ jobId: seed.jobId }, 'restarted too often; the job waits for review');
        return false;
      }
      await deps.engine.restartJob(plan, run === 'terminated' ? 'cancel' : 'resume');
      return true;
  }
}
