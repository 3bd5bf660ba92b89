import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { newSecret } from '../../src/callbacks/secrets';
import { EXIT } from '../../src/commands/kit/exit-codes';
import { onShutdown } from '../../src/commands/shutdown';
import { modelFor } from '../../src/commands/start/run';
import { workspaceId as nameOf } from '../../src/dialects/admin/translate';
import { waitFor } from '../../src/host/wait';
import { runLocal } from '../../src/run/local';
import type { LocalGateway } from '../../src/run/local';
import { readSettings } from '../../src/run/settings';
import { newKey } from '../../src/store/keys/new-key';
import { figureStore } from '../../src/store/operator/figures';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import { rounded, spreadOf } from '../math/statistics';
import type { Spread } from '../math/statistics';
import { execute, withDatabase } from '../parts/database';
import { temporaryFolder } from '../parts/temporary';
import { call, timeCalls } from './calls';
import type { Caller } from './calls';
import { fillJobs, fillLedger } from './fill';
import { createSweepLog } from './sweeps';
import type { SweepLog } from './sweeps';

/**
 * What callers of a workspace with a million finished jobs wait, beside those of an empty one in the same installation,
 * and how long the sweep takes before the million and after it. One process with API, worker and simulator.
 */
const SWEEPS = 5;
/** Often, so that the run need not wait; what one sweep does is the same. */
const SWEEP_EVERY_MS = 2_000;
const WAIT_MS = 15 * 60_000;
const POLL_MS = 200;
const POINTS = 10n ** 15n;

interface MillionOptions {
  jobs: number;
  calls: number;
  json?: true | undefined;
}

export async function benchMillion({ jobs, calls, json }: MillionOptions): Promise<number> {
  const shutdown = onShutdown();
  const data = temporaryFolder();
  const sweeps = createSweepLog();
  try {
    const gateway = await runLocal({
      config: readSettings({ waits: { sweepEveryMs: SWEEP_EVERY_MS } }),
      data,
      host: '127.0.0.1',
      port: 0,
      allowCallbacksTo: [],
      say,
      log: sweeps.log,
    });
    try {
      const measured = measure({ gateway, sweeps, jobs, calls });
      const report = await Promise.race([measured, gateway.failed, shutdown.requested]);
      if (typeof report === 'string') return EXIT.interrupted;
      process.stdout.write(`${JSON.stringify(report, null, json ? 0 : 2)}\n`);
      return EXIT.ok;
    } finally {
      await gateway.stop();
    }
  } finally {
    shutdown.dispose();
    rmSync(data, { recursive: true, force: true });
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

interface Order {
  gateway: LocalGateway;
  sweeps: SweepLog;
  jobs: number;
  calls: number;
}

async function measure({ gateway, sweeps, jobs, calls }: Order) {
  const model = modelFor(gateway);
  const { api, keys, workspaceId: workspace } = gateway;
  const admin = { api, adminKey: keys.admin_key, model };
  const full: Caller = { ...admin, key: keys.key, workspace: nameOf(workspace) };
  const empty: Caller = { ...admin, ...(await emptyWorkspace(gateway)) };
  const url = gateway.store.adminUrl;
  // The copies will have spent more than a first workspace has.
  await gateway.base.store.ledger.topUp(workspace, POINTS, 'bench', Date.now());
  await call(full, 'POST', '/v1/videos');
  const jobId = await endedJob(url);
  say('bench: sweeps without jobs');
  const before = { sweep: await sweeps.next(SWEEPS), figures: await timeFigures(gateway, calls) };
  const startedAt = performance.now();
  const restoredAt = await withDatabase(url, async (client) => {
    const copying = { client, jobId, count: jobs, say };
    await fillJobs(copying);
    await fillLedger(copying);
    return performance.now();
  });
  say('bench: the sweep sums them');
  await summed(url);
  const summedAt = performance.now();
  await execute(url, 'VACUUM ANALYZE ledger');
  say('bench: sweeps and calls');
  const after = { sweep: await sweeps.next(SWEEPS), figures: await timeFigures(gateway, calls) };
  return {
    bench: 'million',
    measured: 'one process with API, worker and simulator',
    jobs,
    calls,
    filled_s: seconds(restoredAt - startedAt),
    summed_s: seconds(summedAt - restoredAt),
    sweep_ms: { empty: before.sweep, full: after.sweep },
    figures_ms: { empty: before.figures, full: after.figures },
    calls_ms: await timeCalls({ empty, full }, calls),
  };
}

/** Reads what a scrape of the metrics reads of the rows, so many times. */
async function timeFigures({ base }: LocalGateway, count: number): Promise<Spread> {
  const figures = figureStore(base.db);
  const took: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const startedAt = performance.now();
    await figures.read(Date.now());
    took.push(performance.now() - startedAt);
  }
  return spreadOf(took);
}

const seconds = (ms: number): number => rounded(ms / 1_000, 1);

/** Makes a second workspace. */
async function emptyWorkspace({ base }: LocalGateway): Promise<Pick<Caller, 'key' | 'workspace'>> {
  const { key, prefix, hash } = newKey(randomBytes);
  const { id } = await ensureWorkspace(base.db, base.sealer, {
    name: 'empty',
    keys: [{ name: 'bench', prefix, hash, scopes: ['generate', 'read'] }],
    callbackSecret: newSecret(randomBytes(32)),
    points: POINTS,
    now: Date.now(),
  });
  return { key, workspace: nameOf(id) };
}

/** Waits until the one job has ended and its result is kept, and resolves to its id. */
async function endedJob(url: string): Promise<string> {
  const ended = 'SELECT job_id AS id FROM keeps WHERE finished_at IS NOT NULL';
  const ask = async () => (await execute<{ id: string }>(url, ended))[0]?.id;
  const id = await waitFor(ask, { timeoutMs: WAIT_MS, everyMs: POLL_MS });
  if (id === undefined) throw new Error('the first job did not end');
  return id;
}

/** Resolves when all checkpoints have passed all entries. */
async function summed(url: string): Promise<void> {
  const behind = `SELECT FROM ledger WHERE id > least(
    (SELECT max(up_to) FROM ledger_checkpoints), (SELECT up_to FROM usage_checkpoint)) LIMIT 1`;
  const ask = async () => (await execute(url, behind)).length === 0 || undefined;
  const isDone = await waitFor(ask, { timeoutMs: WAIT_MS, everyMs: POLL_MS });
  if (!isDone) throw new Error('the sweep did not sum all entries');
}
