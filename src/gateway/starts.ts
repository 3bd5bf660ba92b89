import type { Logger } from 'pino';
import { GatewayError } from '../core/errors';
import { planOf } from '../core/job/plan';
import type { JobPlanSeed, PlanWaits } from '../core/job/plan';
import { createRounds } from '../core/job/rounds';
import type { RoundEnd } from '../core/job/rounds';
import type { Engine } from '../core/ports/engine';
import type { StartStore } from '../core/ports/store/starts';
import type { Limits } from '../core/settings/limits';
import type { Waits } from '../core/settings/waits';

/**
 * The jobs table is the queue of starts: a create is answered when its row is committed, and this process claims
 * unstarted rows, oldest first, starts their workflows and marks them. What a process that dies has claimed is free
 * again when its claim ends; the sweep, or the next claim of any process, finds it.
 */
export interface Starts {
  /** Looks once for what a process that ended has committed and not started. Never waits and never fails. */
  resume(): void;
  /** Says that a job was committed; its row is claimed soon. Never waits and never fails. */
  wake(): void;
  /** Says whether so many jobs wait for their start that a further one is to be refused. */
  isFull(): boolean;
  /** Lets the round that runs end, makes one more for what was committed meanwhile, and leaves the rest to others. */
  stop(): Promise<void>;
}

export interface StartsDeps {
  engine: Pick<Engine, 'startJob' | 'jobRun'>;
  store: StartStore;
  waits: PlanWaits &
    Pick<Waits, 'startClaimMs' | 'startAgainMs' | 'startAgainMaxMs' | 'shutdownMs'>;
  limits: Pick<Limits, 'startsAtOnce' | 'startsPerClaim' | 'startsWaiting'>;
  now(): number;
  log: Logger;
}

/** What is told to a create that is refused because too many jobs wait for their start. */
export const tooManyWait = (): GatewayError =>
  new GatewayError('unavailable', {
    message: 'Too many jobs wait for their start; try again shortly.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });

const RETRY_AFTER_SECONDS = 5;
/** Unstarted rows are counted at most this often. Milliseconds. */
const COUNT_EVERY_MS = 1_000;

export function createStarts(deps: StartsDeps): Starts {
  const backlog = createBacklog(deps);
  const rounds = createRounds({
    round: (pauseMs) => startSome(deps, backlog, pauseMs),
    // One line of the log for each outage, however many jobs wait.
    onAway: (err) => {
      deps.log.warn({ err }, 'jobs could not be started yet; their rows wait, and are tried again');
    },
    pauseMs: deps.waits.startAgainMs,
    pauseMaxMs: deps.waits.startAgainMaxMs,
  });
  return {
    resume: rounds.wake,
    wake() {
      backlog.added();
      rounds.wake();
    },
    isFull() {
      const isFull = backlog.isFull();
      // Whoever is refused commits nothing and wakes nobody: only a round finds that others have started what waits.
      if (isFull && backlog.isDue()) rounds.wake();
      return isFull;
    },
    stop: () => rounds.stop(deps.waits.shutdownMs),
  };
}

/** Claims some rows, starts them and marks them in one statement; what failed is put back for as long as the pause. */
async function startSome(deps: StartsDeps, backlog: Backlog, pauseMs: number): Promise<RoundEnd> {
  const { store, waits, limits, now } = deps;
  const claimed = await store.claim(now(), now() + waits.startClaimMs, limits.startsPerClaim);
  const { started, failed, error } = await startAll(deps, claimed);
  await store.markStarted(started, now());
  await store.putBack(failed, now() + pauseMs);
  await backlog.claimed(claimed.length, started.length);
  if (failed.length > 0 && started.length === 0) throw error;
  if (failed.length > 0) return 'some';
  return claimed.length < limits.startsPerClaim ? 'done' : 'more';
}

interface StartResult {
  started: string[];
  failed: string[];
  /** Why the last of them failed. */
  error?: unknown;
}

/** Starts the workflows of claimed jobs, `startsAtOnce` at a time; after a round without any success it asks no further. */
async function startAll(deps: StartsDeps, seeds: readonly JobPlanSeed[]): Promise<StartResult> {
  const result: StartResult = { started: [], failed: [] };
  const rest = seeds[Symbol.iterator]();
  const walk = async (): Promise<void> => {
    for (const seed of { [Symbol.iterator]: () => rest }) {
      const isHopeless =
        result.started.length === 0 && result.failed.length >= deps.limits.startsAtOnce;
      try {
        if (!isHopeless && (await start(deps, seed))) result.started.push(seed.jobId);
        if (isHopeless) result.failed.push(seed.jobId);
      } catch (error) {
        result.failed.push(seed.jobId);
        result.error = error;
      }
    }
  };
  await Promise.all(Array.from({ length: deps.limits.startsAtOnce }, walk));
  return result;
}

/** False for a job whose workflow has closed: its claim ends, and the sweep starts it again. */
async function start({ engine, waits }: StartsDeps, seed: JobPlanSeed): Promise<boolean> {
  const { workflowId, label, ...plan } = seed;
  const isNew = await engine.startJob(workflowId, planOf(plan, waits), label);
  return isNew || (await engine.jobRun(workflowId)) === 'running';
}

interface Backlog {
  added(): void;
  /** Hears how many rows were claimed, and how many of them are started. */
  claimed(rows: number, started: number): Promise<void>;
  isFull(): boolean;
  /** Says whether the last count is so old that another may be made. */
  isDue(): boolean;
}

/**
 * Knows about how many jobs wait for their start: what this process committed and has not started, put right by a count
 * of the rows at most each second, while some wait. Those that other processes started are only found by the count. A
 * row that is committed while a count runs may be counted twice until the next: the limit is meant for thousands.
 */
function createBacklog({ store, limits, now }: StartsDeps): Backlog {
  let waiting = 0;
  let added = 0;
  let countedAt = now();
  const isDue = (): boolean => now() - countedAt >= COUNT_EVERY_MS;
  return {
    added() {
      waiting += 1;
      added += 1;
    },
    isFull: () => waiting >= limits.startsWaiting,
    isDue,
    async claimed(rows, started) {
      waiting = Math.max(0, waiting - started);
      if ((waiting === 0 && rows < limits.startsPerClaim) || !isDue()) return;
      countedAt = now();
      const before = added;
      waiting = (await store.count(limits.startsWaiting)) + added - before;
    },
  };
}
