import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { migrate } from '../../src/store/migrate/migrate';
import { buildReleaseBefore } from '../support/release/build';
import type { ReleaseProcess } from '../support/release/command';
import { openStage } from '../support/release/stage';
import type { Stage } from '../support/release/stage';
import { until } from '../support/gateway';

/**
 * A deploy and a rollback as operators see them: the release before and this one, built and run as processes, on one
 * database, one engine and one set of queues. The tests are the steps of one deploy and follow each other.
 */

const HERE = join(__dirname, '..', '..');

let before: string;
let stage: Stage;
const old: Record<'api' | 'worker', ReleaseProcess | undefined> = {
  api: undefined,
  worker: undefined,
};
const current: typeof old = { api: undefined, worker: undefined };
const marks: string[] = [];

beforeAll(async () => {
  // Every replay is a worker that starts and stops; a breach is the test's to tell.
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  [before, stage] = await Promise.all([buildReleaseBefore(), openStage()]);
});

afterAll(async () => {
  await stage?.close();
  if (before) rmSync(before, { recursive: true, force: true });
});

async function start(release: typeof old, folder: string): Promise<void> {
  [release.api, release.worker] = await Promise.all([
    stage.start(folder, 'api'),
    stage.start(folder, 'worker'),
  ]);
}

async function stop(release: typeof old): Promise<void> {
  const codes = await Promise.all([release.api?.stop(), release.worker?.stop()]);
  expect(codes).toEqual([0, 0]);
}

async function post(release: typeof old, count = 1): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    if (release.api) marks.push(await stage.post(release.api));
  }
}

const migrationsOf = (folder: string): string[] =>
  readdirSync(join(folder, 'src', 'store', 'migrations')).sort();

/** Each job has ended, is told, copied and paid once; nobody holds points for it. */
async function allEnded(): Promise<void> {
  await until('every job to end and to be told', async () => {
    const rows = await stage.sql(
      `SELECT 1 FROM jobs WHERE finished_at IS NULL UNION ALL
       SELECT 1 FROM deliveries WHERE finished_at IS NULL UNION ALL
       SELECT 1 FROM keeps WHERE finished_at IS NULL`,
    );
    return rows.length === 0 || undefined;
  });
  const jobs = await stage.sql<{ prompt: string }>(
    `SELECT request->>'prompt' AS prompt, state, failure, (SELECT count(*)::int FROM usage WHERE job_id = jobs.id) AS usage,
       (SELECT array_agg(kind ORDER BY id) FROM ledger WHERE job_id = jobs.id) AS ledger,
       (SELECT count(*)::int FROM attempts WHERE job_id = jobs.id) AS attempts,
       (SELECT count(*)::int FROM events WHERE job_id = jobs.id AND type LIKE 'job.ended.%') AS ends,
       (SELECT array_agg(state) FROM deliveries WHERE job_id = jobs.id) AS told
     FROM jobs`,
  );
  const end = { state: 'succeeded', failure: null, usage: 1, attempts: 1, ends: 1 };
  const expected = marks.map((mark) => ({
    prompt: stage.promptOf(mark),
    ...end,
    ledger: ['hold', 'settle'],
    told: ['delivered'],
  }));
  const byPrompt = (rows: { prompt: string }[]) =>
    [...rows].sort((a, b) => (a.prompt < b.prompt ? -1 : 1));
  expect(byPrompt(jobs)).toEqual(byPrompt(expected));
  expect(await stage.accepted()).toEqual(
    Object.fromEntries(marks.map((mark) => [stage.promptOf(mark), 1])),
  );
  const told = marks.map((mark) => new Set(stage.receiver.messages(mark).map(({ id }) => id)));
  expect(told.filter((ids) => ids.size !== 1 || ids.has(undefined))).toEqual([]);
  expect(stage.errors()).toEqual([]);
}

test('the release before goes on creating, submitting, settling and telling while this one migrates', async () => {
  await start(old, before);
  await post(old, 3);
  let isMigrated = false;
  const migration = migrate(stage.databaseUrl).finally(() => (isMigrated = true));
  while (!isMigrated) await post(old);
  const known = migrationsOf(before);
  const { applied } = await migration;
  expect(applied).toEqual(migrationsOf(HERE).filter((name) => !known.includes(name)));
  await post(old, 3);
  await allEnded();
});

test('the release before can be started again on the schema of this one', async () => {
  await post(old, 2);
  await stop(old);
  await start(old, before);
  await post(old, 2);
  await allEnded();
});

test('every history that the release before made leads this one’s workflows the same way', async () => {
  const histories: { workflowId: string; history: object }[] = [];
  for await (const { workflowId, runId } of stage.client.workflow.list()) {
    const handle = stage.client.workflow.getHandle(workflowId, runId);
    histories.push({ workflowId, history: await handle.fetchHistory() });
  }
  expect(histories.length).toBeGreaterThan(marks.length * 2);
  const code = readFileSync(join(HERE, 'dist', 'workflow-bundle.js'), 'utf8');
  const results = Worker.runReplayHistories({ workflowBundle: { code } }, histories);
  const failed: string[] = [];
  for await (const { workflowId, error } of results) {
    if (error) failed.push(`${workflowId}: ${error.message}`);
  }
  expect(failed).toEqual([]);
});

test('both releases side by side end each job exactly once, whoever took it', async () => {
  await start(current, HERE);
  for (let round = 0; round < 10; round += 1) await Promise.all([post(old), post(current)]);
  await allEnded();
});

test('a deploy ends the jobs of the release before on this one', async () => {
  await post(old, 4);
  await stop(old);
  await post(current, 2);
  await allEnded();
});

test('a rollback ends the jobs of this one on the release before', async () => {
  await start(old, before);
  await post(current, 4);
  await stop(current);
  await post(old, 2);
  await allEnded();
});
