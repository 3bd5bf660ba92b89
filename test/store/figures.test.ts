import { Client } from 'pg';
import { figureStore } from '../../src/store/operator/figures';
import { NOW, createdJob, newJob, settle, useTestDatabase } from '../support/database';

/** The figures of an installation count what is open, and cost what is open. */

const database = useTestDatabase();
const figures = (now = NOW) => figureStore(database.db).read(now);

test('what is open is counted with its age, and what has ended is not', async () => {
  const none = { count: 0, oldestAt: undefined };
  const before = await figures();
  expect(before).toMatchObject({ jobs: [], unstarted: none, deliveries: none, copies: none });
  // The first workspace's points are an entry that no checkpoint covers yet.
  expect(before.ledgerUncoveredAt).toBe(NOW);

  const first = await createdJob(database, newJob(database.workspace, { now: NOW + 1_000 }));
  const second = await createdJob(database, newJob(database.workspace, { now: NOW + 2_000 }));
  await database.store.starts.markStarted([first.id], NOW);
  await database.sql(`UPDATE jobs SET review = 'look at it' WHERE id = $1`, [second.id]);
  const { channel } = first;
  expect(await figures()).toMatchObject({
    jobs: [{ state: 'queued', channel, count: 2, oldestAt: NOW + 1_000 }],
    unstarted: { count: 1, oldestAt: NOW + 2_000 },
    inReview: 1,
  });

  await settle(database, first.id, { kind: 'canceled' });
  await settle(database, second.id, { kind: 'canceled' });
  await database.sql('UPDATE jobs SET review = NULL');
  const after = await figures();
  expect(after).toMatchObject({ jobs: [], unstarted: none, inReview: 0 });
  expect(after.deliveries.count).toBe(
    (await database.sql(`SELECT 1 FROM deliveries WHERE state = 'pending'`)).length,
  );
});

test('slots are counted by channel and group, and a breaker says how it stands now', async () => {
  const { workspaceId } = await createdJob(database, newJob(database.workspace, {}));
  const slot = async (channel: string, group: string, granted: boolean, since: number) => {
    const { id } = await createdJob(database, newJob(database.workspace, {}));
    await database.sql(
      `INSERT INTO slots (job_id, workspace_id, group_name, channel, model, since, granted_at)
       VALUES ($1, $2, $3, $4, 'm', $5, $6)`,
      [id, workspaceId, group, channel, new Date(since), granted ? new Date(NOW) : null],
    );
  };
  await slot('ark', 'default', true, NOW);
  await slot('ark', 'default', false, NOW + 5_000);
  await slot('ark', 'default', false, NOW + 3_000);
  await slot('ark', 'vip', false, NOW + 1_000);
  const { health } = database.store;
  const breaker = { trips: 1, slices: [] };
  await health.change('open', () => ({ ...breaker, openUntil: NOW + 60_000 }));
  await health.change('half', () => ({ ...breaker, openUntil: NOW - 1_000 }));
  await health.change('well', () => breaker);
  const { slots, waiting, breakers } = await figures();
  expect(slots).toEqual([{ channel: 'ark', group: 'default', count: 1 }]);
  expect(waiting).toEqual(
    expect.arrayContaining([
      { channel: 'ark', group: 'default', count: 2, oldestAt: NOW + 3_000 },
      { channel: 'ark', group: 'vip', count: 1, oldestAt: NOW + 1_000 },
    ]),
  );
  expect(new Map(breakers.map(({ channel, state }) => [channel, state]))).toEqual(
    new Map([
      ['open', 'open'],
      ['half', 'half_open'],
      ['well', 'closed'],
    ]),
  );
  await database.sql('DELETE FROM slots');
});

test('an entry that a checkpoint covers has no age any more', async () => {
  expect((await figures()).ledgerUncoveredAt).toBeDefined();
  await database.store.ledger.checkpoint(NOW, 1_000);
  expect((await figures()).ledgerUncoveredAt).toBeUndefined();
});

test('finished jobs are not read, however many there are', async () => {
  const job = await createdJob(database, newJob(database.workspace, {}));
  await settle(database, job.id, { kind: 'canceled' });
  const columns = await database.sql<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_name = 'jobs' AND column_name NOT IN ('id', 'workflow_id')`,
  );
  const names = columns.map(({ name }) => name).join(', ');
  await database.sql(
    `INSERT INTO jobs (id, workflow_id, ${names})
     SELECT gen_random_uuid(), gen_random_uuid()::text, ${names}
     FROM jobs, generate_series(1, 20000) WHERE id = $1`,
    [job.id],
  );
  await analyze();
  const asked: { text: string; values: unknown[] }[] = [];
  const { query } = database.pool;
  database.pool.query = ((first: { text: string }, values: unknown[]) => {
    asked.push({ text: first.text, values });
    return (query as (...all: unknown[]) => unknown).call(database.pool, first, values);
  }) as typeof query;
  await figures().finally(() => (database.pool.query = query));
  expect(asked).toHaveLength(1);
  const plan = await database.sql<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) ${asked[0]?.text ?? ''}`,
    asked[0]?.values,
  );
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).not.toMatch(/Seq Scan on jobs/);
  const pages = Number(/Buffers: shared hit=(\d+)/.exec(text)?.[1]);
  // A few for each index; the finished rows alone are more than a thousand.
  expect(pages).toBeLessThan(100);
});

/** Tells the planner of the rows, as autovacuum does; only who owns the tables may. */
async function analyze(): Promise<void> {
  const owner = new Client({ connectionString: database.adminUrl });
  await owner.connect();
  await owner.query('ANALYZE');
  await owner.end();
}
