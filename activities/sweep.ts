import { planOf } from '../src/core/plan';
import type { JobPlanSeed } from '../src/core/ports';
import { createBlobClearing } from './clear-blobs';
import { startDeliveries } from './deliver';
import type { ActivityDeps } from './deps';
import { watchLate } from './late';

/**
 * Finds what a crash, a terminate or a lost start left behind and starts it again, then looks after jobs that were
 * given up without the provider's word. It never settles; everything it does is safe to do twice.
 */
export function sweep(deps: ActivityDeps) {
  const clearBlobs = createBlobClearing(deps);
  return async (): Promise<Swept> => {
    const now = deps.now();
    const { sweepAgeMs, sweepClosedMs } = deps.waits;
    const limit = deps.limits.sweepRows;
    let jobs = 0;
    for (const seed of await deps.store.sweep.startable(now, sweepAgeMs, limit)) {
      if (await revive(deps, seed)) jobs += 1;
    }
    for (const workflowId of await deps.engine.closedJobs(now - sweepClosedMs, limit)) {
      const seed = await deps.store.sweep.seed(workflowId);
      if (seed && (await revive(deps, seed))) jobs += 1;
    }
    const deliveries = await deps.store.sweep.unstartedDeliveries(now, sweepAgeMs, limit);
    await startDeliveries(deps, deliveries);
    const keeps = await deps.store.sweep.unstartedKeeps(now, sweepAgeMs, limit);
    for (const jobId of keeps) {
      await deps.engine.startKeep(jobId);
      await deps.store.sweep.markKeepStarted(jobId, deps.now());
    }
    const started = { jobs, deliveries: deliveries.length, keeps: keeps.length };
    if (jobs + started.deliveries + started.keeps > 0) {
      deps.log.warn(started, 'the sweep started again');
    }
    const cancels = await repeatCancels(deps, now);
    const answers = await deps.store.sweep.forgetAnswers(now, ANSWERS_MAX);
    const late = await watchLate(deps);
    const blobs = await clearBlobs();
    return { ...started, cancels, answers, late, blobs };
  };
}

/** What one sweep did. */
export interface Swept {
  jobs: number;
  deliveries: number;
  keeps: number;
  /** Wishes told to the engine once more. */
  cancels: number;
  /** Expired idempotency rows that are gone. */
  answers: number;
  /** Late verdicts that were heard. */
  late: number;
  /** Stored files that nothing named and that are gone. */
  blobs: number;
}

/** Expired rows deleted in one sweep, so that a long pause is made up for in steps. */
const ANSWERS_MAX = 1_000;

/**
 * A cancel is written to the row first and may be lost on its way to the engine. Told twice it is the same cancel and
 * adds nothing to the history, so every open wish is simply told again.
 */
async function repeatCancels(deps: ActivityDeps, now: number): Promise<number> {
  const { sweepAgeMs } = deps.waits;
  const seeds = await deps.store.sweep.cancelable(now, sweepAgeMs, deps.limits.sweepRows);
  for (const { workflowId } of seeds) await deps.engine.cancelJob(workflowId);
  return seeds.length;
}

async function revive(deps: ActivityDeps, seed: JobPlanSeed): Promise<boolean> {
  const plan = planOf(seed, deps.waits);
  const run = await deps.engine.jobRun(seed.workflowId);
  switch (run) {
    case 'running':
      await deps.store.jobs.markStarted(seed.jobId, deps.now());
      return false;
    case 'none':
      await deps.engine.startJob(seed.workflowId, plan, seed.label);
      await deps.store.jobs.markStarted(seed.jobId, deps.now());
      return true;
    case 'terminated':
    case 'closed':
      if (!(await deps.store.sweep.countRestart(seed.jobId, deps.limits.restartsMax))) {
        deps.log.error({ jobId: seed.jobId }, 'restarted too often; the job waits for review');
        return false;
      }
      await deps.engine.restartJob(
        seed.workflowId,
        plan,
        seed.label,
        run === 'terminated' ? 'cancel' : 'resume',
      );
      return true;
  }
}
