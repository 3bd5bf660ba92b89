import { sql } from 'drizzle-orm';
import { sweep } from '../../activities/sweep';
import type { Engine } from '../../src/core/ports/engine';
import { createOperations } from '../../src/gateway/operations';
import { sweepStore } from '../../src/store/upkeep/sweep';
import type { Database } from '../../src/store/base/database';
import {
  NOW,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';
import { sweepDeps } from '../support/sweep-deps';

/** The sweep over real rows: one that cannot be done stops no other, many are done at once, and only due ones are read. */

const database = useTestDatabase();
beforeEach(async () => {
  await database.sql(`UPDATE jobs SET workflow_started_at = created_at, cancel_requested_at = NULL,
    deadline_at = '2100-01-01'`);
  await database.sql('UPDATE deliveries SET workflow_started_at = created_at');
  await database.sql('UPDATE keeps SET workflow_started_at = created_at');
});

const LATER = NOW + 600_000;

function recorded(refused: readonly string[] = []) {
  const calls: [string, string][] = [];
  const call = (name: string) => (id: string) => {
    calls.push([name, id]);
    return refused.includes(id) ? Promise.reject(new Error(`no ${id}`)) : Promise.resolve();
  };
  const engine: Partial<Engine> = {
    startJob: (id) => call('startJob')(id).then(() => true),
    cancelJob: call('cancelJob'),
    startDelivery: (id) => call('startDelivery')(id).then(() => true),
    startKeep: (id) => call('startKeep')(id).then(() => true),
  };
  const of = (name: string) => calls.flatMap(([made, id]) => (made === name ? [id] : []));
  return { engine, of };
}

async function succeeded() {
  const job = await createdJob(
    database,
    newJob(database.workspace, { callbackUrl: 'https://a.example/x' }),
  );
  const attempt = await acceptedAttempt(database, job);
  const look = { verdict: SUCCEEDED, reply: undefined, now: NOW };
  await database.store.attempts.recordLook(attempt.id, look);
  const { deliveryIds } = await settle(database, job.id, { kind: 'verdict' }, NOW);
  await database.store.starts.markStarted([job.id], NOW);
  return { jobId: job.id, deliveryId: deliveryIds[0] ?? '' };
}

const rejected = (log: readonly string[], id: string) => log.filter((line) => line.includes(id));

test('a row that the engine refuses stops no other row and no other step, and is logged once with its ids', async () => {
  const [bad, good] = [
    await createdJob(database, newJob(database.workspace)),
    await createdJob(database, newJob(database.workspace)),
  ];
  const [first, second] = [await succeeded(), await succeeded()];
  const wish = await createdJob(database, newJob(database.workspace));
  await database.store.starts.markStarted([wish.id], NOW);
  await database.store.jobs.requestCancel(database.workspace.id, wish.id, NOW);
  const lines: string[] = [];
  const { engine, of } = recorded([bad.id, first.deliveryId, second.jobId]);
  await sweep(sweepDeps(database, { engine, now: LATER, lines }))();
  expect(of('startJob').sort()).toEqual([bad.id, good.id].sort());
  expect(of('startDelivery').sort()).toEqual([first.deliveryId, second.deliveryId].sort());
  expect(of('startKeep').sort()).toEqual([first.jobId, second.jobId].sort());
  expect(of('cancelJob')).toEqual([wish.id]);
  for (const id of [bad.id, first.deliveryId, second.jobId]) {
    expect(rejected(lines, `no ${id}`)).toHaveLength(1);
  }
  // What was not done is found again, what was done is not.
  const again = recorded();
  await sweep(sweepDeps(database, { engine: again.engine, now: LATER }))();
  expect(again.of('startJob')).toEqual([bad.id]);
  expect(again.of('startDelivery')).toEqual([first.deliveryId]);
  expect(again.of('startKeep')).toEqual([second.jobId]);
});

test('what an operator opens again while its last run closes is begun by the sweep', async () => {
  const { jobId, deliveryId } = await succeeded();
  await database.store.deliveries.end(deliveryId, 'gave_up', NOW);
  await database.store.keeps.giveUp(jobId, 'the link is dead', NOW);
  // The run of the round before has done its last step, and is not closed yet.
  const isThere = () => Promise.resolve(false);
  const deps = sweepDeps(database, { engine: { startDelivery: isThere, startKeep: isThere } });
  const operations = createOperations(deps);
  await operations.redeliver(deliveryId);
  await operations.resumeKeep(jobId);
  const { engine, of } = recorded();
  await sweep(sweepDeps(database, { engine, now: LATER }))();
  expect(of('startDelivery')).toEqual([deliveryId]);
  expect(of('startKeep')).toEqual([jobId]);
});

test('an engine that lists no closed runs stops no other step', async () => {
  const { deliveryId } = await succeeded();
  const { engine, of } = recorded();
  const closedJobs = () => Promise.reject(new Error('visibility is away'));
  const lines: string[] = [];
  await sweep(sweepDeps(database, { engine: { ...engine, closedJobs }, now: LATER, lines }))();
  expect(of('startDelivery')).toEqual([deliveryId]);
  expect(rejected(lines, 'visibility is away')).toHaveLength(1);
});

test('twenty jobs are started at once, and all of them', async () => {
  const jobs = [];
  for (let made = 0; made < 45; made += 1) {
    jobs.push(await createdJob(database, newJob(database.workspace)));
  }
  let [open, most, started] = [0, 0, 0];
  const startJob = async () => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setTimeout(resolve, 20));
    open -= 1;
    started += 1;
    return true;
  };
  await sweep(sweepDeps(database, { engine: { startJob }, now: LATER }))();
  expect({ most, started }).toEqual({ most: 20, started: jobs.length });
});

test('jobs that run well are not read, however many there are', async () => {
  await database.sql(
    `INSERT INTO jobs (id, workspace_id, workflow_id, dialect, state, model, provider, channel, routes, request,
       applied, metadata, echo, price, created_at, updated_at, deadline_at, workflow_started_at)
     SELECT gen_random_uuid(), $1, 'flow-' || n, 'videos', 'running', 'clip', 'paper', 'first', '[]', '{}', '{}', '{}',
       '{}', 0, $2, $2, $3, $2 FROM generate_series(1, 4000) n`,
    [database.workspace.id, new Date(NOW), new Date(NOW + 86_400_000)],
  );
  await database.sql('ANALYZE jobs');
  const due = await createdJob(database, newJob(database.workspace));
  const read = await database.db.transaction(async (tx) => {
    // The server has not yet told what this connection read before.
    const count = async (): Promise<number> => {
      const { rows } = await tx.execute<{ read: number }>(
        sql`SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read
            FROM pg_stat_xact_user_tables WHERE relname = 'jobs'`,
      );
      return rows[0]?.read ?? 0;
    };
    const before = await count();
    // A transaction reads as a database does.
    const store = sweepStore(tx as unknown as Database);
    const found = await store.startable(LATER, { queuedForMs: 30_000, claimMs: 30_000 }, 500);
    expect(found.map(({ jobId }) => jobId)).toEqual([due.id]);
    expect(await store.cancelable(LATER, 30_000, 500)).toEqual([]);
    return (await count()) - before;
  });
  expect(read).toBeLessThan(100);
});
