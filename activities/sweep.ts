import { beginDelivery, beginKeep } from '../src/attempts/begin';
import { watchLate } from '../src/attempts/late';
import { planOf } from '../src/core/job/plan';
import type { JobPlanSeed } from '../src/core/job/plan';
import type { DueTopUp } from '../src/core/ports/store/ledger';
import { checkLedger } from './check-ledger';
import { createBlobClearing } from './clear-blobs';
import { eachRow, inBatches } from './each-row';
import type { ActivityDeps } from './deps';
import { retentionSteps } from './retention';
import { tellAlerts } from './tell-alerts';
import type { RetentionCounts } from './retention';

/**
 * The sweep finds what a crash, a terminate or a lost start left behind and starts it again, looks after jobs that were
 * given up without the provider's word, and removes what nobody may keep any longer. It never settles; everything it
 * does is safe to do twice. A step that fails is logged and stops no other, and neither does a row within a step.
 */
export function sweep(deps: ActivityDeps) {
  const steps: Record<keyof SweepCounts, () => Promise<number>> = {
    jobs: () => startOpen(deps),
    closed: () => restartClosed(deps),
    ended: () => endRuled(deps),
    deliveries: () => startDeliveries(deps),
    keeps: () => startKeeps(deps),
    cancels: () => repeatCancels(deps),
    answers: () => inBatches(deps, (limit) => deps.store.sweep.forgetAnswers(deps.now(), limit)),
    late: () => watchLate(deps),
    expires: () => expirePoints(deps),
    checkpoints: () => moveCheckpoints(deps),
    alerts: () => tellAlerts(deps),
    ...retentionSteps(deps),
    faults: () => checkLedger(deps),
    blobs: createBlobClearing(deps),
  };
  return async (): Promise<SweepCounts> => {
    const startedAt = performance.now();
    const done: [string, number][] = [];
    for (const [name, step] of Object.entries(steps)) {
      done.push([name, await stepOrZero(deps, name, step)]);
    }
    deps.metrics.swept(deps.now(), performance.now() - startedAt);
    const counts = Object.fromEntries(done) as unknown as SweepCounts; // one number per step
    const { jobs, closed, deliveries, keeps } = counts;
    if (jobs + closed + deliveries + keeps > 0) {
      deps.log.warn({ jobs: jobs + closed, deliveries, keeps }, 'the sweep started again');
    }
    return counts;
  };
}

/** What one sweep did: a number of rows for each step. */
export interface SweepCounts extends RetentionCounts {
  /** Open jobs without a workflow, or past their deadline, that were started. */
  jobs: number;
  /** Jobs whose run closed without their end, started again. */
  closed: number;
  /** Jobs that an operator has ended, told to the engine. */
  ended: number;
  deliveries: number;
  keeps: number;
  /** Wishes to cancel that were told to the engine once more. */
  cancels: number;
  /** Expired idempotency rows that are gone. */
  answers: number;
  /** Late verdicts that were heard. */
  late: number;
  /** Top-ups whose points have ended. */
  expires: number;
  /** Entries of the ledger that checkpoints moved over. */
  checkpoints: number;
  /** Alerts of budgets and balances that were taken. */
  alerts: number;
  /** Faults that a check of the ledger found; most sweeps make none. */
  faults: number;
  /** Stored files that nothing named and that are gone. */
  blobs: number;
}

async function stepOrZero(
  { log, metrics }: Pick<ActivityDeps, 'log' | 'metrics'>,
  step: string,
  run: () => Promise<number>,
): Promise<number> {
  const startedAt = performance.now();
  try {
    const rows = await run();
    const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
    log.debug({ step, rows, durationMs }, 'a step of the sweep is done');
    metrics.sweptStep(step, rows);
    return rows;
  } catch (err) {
    log.error({ step, err }, 'a step of the sweep failed; the next sweep repeats it');
    metrics.sweptStep(step, undefined);
    return 0;
  }
}

const idsOfSeed = ({ jobId, workflowId }: JobPlanSeed) => ({ jobId, workflowId });

async function startOpen(deps: ActivityDeps): Promise<number> {
  const { waits, limits, store } = deps;
  const waited = { queuedForMs: waits.sweepAgeMs, claimMs: waits.startClaimMs };
  const rows = await store.sweep.startable(deps.now(), waited, limits.sweepRows);
  return eachRow(deps, { step: 'jobs', rows, idsOf: idsOfSeed }, (seed) => revive(deps, seed));
}

async function restartClosed(deps: ActivityDeps): Promise<number> {
  const since = deps.now() - deps.waits.sweepClosedMs;
  const closed = await deps.engine.closedJobs(since, deps.limits.sweepRows);
  const rows = await deps.store.sweep.seeds(closed, deps.now());
  return eachRow(deps, { step: 'closed', rows, idsOf: idsOfSeed }, (seed) => revive(deps, seed));
}

async function endRuled(deps: ActivityDeps): Promise<number> {
  const rows = await deps.store.sweep.ruled(deps.limits.sweepRows);
  return eachRow(deps, { step: 'ended', rows, idsOf: idsOfSeed }, async (seed) => {
    await deps.engine.endJob(seed.workflowId, planOf(seed, deps.waits), seed.label);
    return true;
  });
}

async function startDeliveries(deps: ActivityDeps): Promise<number> {
  const { waits, limits, store } = deps;
  const overdue = deps.now() - waits.deliveryOverdueMs;
  await store.deliveries.endOverdue(overdue, deps.now(), limits.sweepRows);
  // Whoever committed the message may be in its first try.
  const ageMs = waits.sweepAgeMs + waits.firstTryMs;
  const rows = await store.sweep.unstartedDeliveries(deps.now(), ageMs, limits.sweepRows);
  const idsOf = (deliveryId: string) => ({ deliveryId });
  return eachRow(deps, { step: 'deliveries', rows, idsOf }, (id) => beginDelivery(deps, id));
}

async function startKeeps(deps: ActivityDeps): Promise<number> {
  const { waits, limits, store } = deps;
  await store.keeps.endOverdue(deps.now() - waits.keepForMs - KEEP_MARGIN_MS, deps.now());
  const rows = await store.sweep.unstartedKeeps(deps.now(), waits.sweepAgeMs, limits.sweepRows);
  const idsOf = (jobId: string) => ({ jobId });
  return eachRow(deps, { step: 'keeps', rows, idsOf }, (jobId) => beginKeep(deps, jobId));
}

/** A copy gives itself up after `keepForMs`; one that has not said so long after has no workflow any more. */
const KEEP_MARGIN_MS = 2 * 3_600_000;

/**
 * A cancel is written to the row first and may be lost on its way to the engine. Told twice it is the same cancel and
 * adds nothing to the history, so every open wish is simply told again.
 */
async function repeatCancels(deps: ActivityDeps): Promise<number> {
  const { waits, limits, store } = deps;
  const rows = await store.sweep.cancelable(deps.now(), waits.sweepAgeMs, limits.sweepRows);
  return eachRow(deps, { step: 'cancels', rows, idsOf: idsOfSeed }, async ({ workflowId }) => {
    await deps.engine.cancelJob(workflowId);
    return true;
  });
}

async function expirePoints(deps: ActivityDeps): Promise<number> {
  const rows = await deps.store.ledger.dueTopUps(deps.now(), deps.limits.sweepRows);
  const idsOf = ({ id, workspaceId }: DueTopUp) => ({ entryId: String(id), workspaceId });
  return eachRow(deps, { step: 'expires', rows, idsOf }, (topUp) =>
    deps.store.ledger.expire(topUp, deps.now()),
  );
}

/** Sums up to the end, also after a restore of millions of entries, as far as the time of one step reaches. */
const moveCheckpoints = (deps: ActivityDeps): Promise<number> =>
  inBatches(
    deps,
    (limit) => deps.store.ledger.checkpoint(deps.now(), limit),
    deps.limits.sweepEntries,
  );

async function revive(deps: ActivityDeps, seed: JobPlanSeed): Promise<boolean> {
  const plan = planOf(seed, deps.waits);
  const run = await deps.engine.jobRun(seed.workflowId);
  switch (run) {
    case 'running':
      await deps.store.starts.markStarted([seed.jobId], deps.now());
      return false;
    case 'none':
      await deps.engine.startJob(seed.workflowId, plan, seed.label);
      await deps.store.starts.markStarted([seed.jobId], deps.now());
      return true;
    case 'terminated':
    case 'closed': {
      const { restartsMax } = deps.limits;
      const { reviewMs } = deps.waits;
      const count = { restartsMax, now: deps.now(), reviewMs };
      if (!(await deps.store.sweep.countRestart(seed.jobId, count))) {
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
}
