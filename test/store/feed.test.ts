import { setMaxListeners } from 'node:events';
import type { Pool } from 'pg';
import { newId } from '../../src/core/job/ids';
import type { Job } from '../../src/core/job/job';
import { comparePlaces, type Place } from '../../src/core/job/place';
import type { FeedRow } from '../../src/core/ports/store/feed';
import { createChanges } from '../../src/store/changes/changes';
import { createFeedWaiters } from '../../src/store/changes/feed-waiters';
import {
  NOW,
  PRICE,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
  type TestWorkspace,
} from '../support/database';

/** The events of a workspace stand in an order that nothing which commits late can change, and each is told once. */

const database = useTestDatabase(PRICE * 100n);
const LONG_MS = 30_000;
const never = new AbortController().signal;
const feed = () => database.store.changes.feed;
const workspace = (): Promise<TestWorkspace> => database.makeWorkspace(PRICE * 100n);
const created = (of: TestWorkspace): Promise<Job> => createdJob(database, newJob(of));

/** Reads on to the end in pages of so many rows. */
async function readOn(of: TestWorkspace, after: Place, limit = 3) {
  const rows: FeedRow[] = [];
  let next = after;
  for (;;) {
    const page = await feed().page(of.id, { after: next, limit, now: NOW });
    if (!page) throw new Error(`${next} is no place of this database`);
    rows.push(...page.rows);
    next = page.next;
    if (!page.hasMore) return { rows, next };
  }
}

const now = async (of: TestWorkspace): Promise<Place> =>
  (await feed().page(of.id, { after: undefined, limit: 10, now: NOW }))?.next ?? '';

/** Writes a row of that type beside the job's first one, by whichever connection. */
const write = (by: Pick<Pool, 'query'>, job: Job, type: string, columns = '', values = '') =>
  by.query(
    `INSERT INTO events (id, job_id, workspace_id, type, at ${columns}) SELECT $2, $1, workspace_id, $3, now() ${values}
     FROM jobs WHERE id = $1`,
    [job.id, newId(), type],
  );

test.each([1, 2, 7, 100])('pages of %d tell every row once, in one order', async (limit) => {
  const mine = await workspace();
  const jobs = [await created(mine), await created(mine), await created(mine)];
  for (const job of jobs) await acceptedAttempt(database, job);
  for (const job of jobs) await settle(database, job.id, { kind: 'canceled' });
  const { rows } = await readOn(mine, '0-0', limit);
  const kept = await database.sql('SELECT 1 FROM events WHERE workspace_id = $1', [mine.id]);
  expect(rows).toHaveLength(kept.length);
  expect(new Set(rows.map(({ place }) => place)).size).toBe(rows.length);
  const places = rows.map(({ place }) => place);
  expect([...places].sort(comparePlaces)).toEqual(places);
});

test('a row that commits behind a younger one is told, to a reader of every page too', async () => {
  const mine = await workspace();
  const job = await created(mine);
  let { next } = await readOn(mine, '0-0');
  const late = await database.pool.connect();
  const told: string[] = [];
  const readMore = async (): Promise<void> => {
    const more = await readOn(mine, next);
    told.push(...more.rows.map(({ type }) => type));
    next = more.next;
  };
  try {
    await late.query('BEGIN');
    await write(late, job, 'late');
    await write(database.pool, job, 'younger');
    await readMore();
    expect(told).toEqual([]);
    await late.query('COMMIT');
  } finally {
    late.release(true);
  }
  await readMore();
  expect(told).toEqual(['late', 'younger']);
});

test('a reader without a place begins with what happens from then on', async () => {
  const mine = await workspace();
  const job = await created(mine);
  const from = await now(mine);
  expect((await readOn(mine, from)).rows).toEqual([]);
  await settle(database, job.id, { kind: 'canceled' });
  expect((await readOn(mine, from)).rows).toMatchObject([{ type: 'job.ended.canceled' }]);
});

test('what is written of a job after its end is no event', async () => {
  const mine = await workspace();
  const job = await created(mine);
  await settle(database, job.id, { kind: 'canceled' });
  await write(database.pool, job, 'attempt.late.succeeded');
  const { rows } = await readOn(mine, '0-0', 1);
  expect(rows.map(({ type }) => type)).toEqual(['job.created', 'job.ended.canceled']);
});

test('rows of before places were written, and of a server that counted further, stand first', async () => {
  const mine = await workspace();
  const [far, none, fresh] = [await created(mine), await created(mine), await created(mine)];
  const write = 'UPDATE events SET written_in = $2::xid8 WHERE job_id = $1';
  await database.sql(write, [far.id, '4000000000']);
  await database.sql(write, [none.id, null]);
  const { rows, next } = await readOn(mine, '0-0', 1);
  expect(rows.map(({ jobId }) => jobId)).toEqual([far.id, none.id, fresh.id]);
  expect((await readOn(mine, next)).rows).toEqual([]);
});

test.each(['4000000000-0', `${'9'.repeat(20)}-0`])(
  'the place %s is of no transaction of this database',
  async (after) => {
    const mine = await workspace();
    expect(await feed().page(mine.id, { after, limit: 1, now: NOW })).toBeUndefined();
  },
);

test('another workspace is told nothing, and does not wake', async () => {
  const [mine, other] = [await workspace(), await workspace()];
  const from = await now(other);
  const waiting = feed().moved(other.id, from, 1_500, never);
  await created(mine);
  expect(await waiting).toBe(false);
  expect((await readOn(other, '0-0')).rows).toEqual([]);
});

test('whoever waits hears of a job, also at another process than the one that made it', async () => {
  const mine = await workspace();
  const elsewhere = createChanges(database.url, database.pool, () => undefined);
  try {
    const from = await now(mine);
    const waits = [feed(), elsewhere.feed].map((one) => one.moved(mine.id, from, LONG_MS, never));
    await created(mine);
    expect(await Promise.all(waits)).toEqual([true, true]);
  } finally {
    await elsewhere.close();
  }
});

test('whoever waits behind an older open transaction hears when that is over', async () => {
  const mine = await workspace();
  const job = await created(mine);
  const from = await now(mine);
  const late = await database.pool.connect();
  try {
    await late.query('BEGIN');
    await late.query('SELECT pg_current_xact_id()');
    const waiting = feed().moved(mine.id, from, LONG_MS, never);
    await settle(database, job.id, { kind: 'canceled' });
    expect((await readOn(mine, from)).rows).toEqual([]);
    await late.query('COMMIT');
    expect(await waiting).toBe(true);
  } finally {
    late.release(true);
  }
});

test('five hundred that wait in fifty workspaces cost one question, and nobody costs none', async () => {
  let questions = 0;
  const pool = {
    query: (...asked: Parameters<Pool['query']>) => {
      questions += 1;
      return database.pool.query(...asked);
    },
  } as unknown as Pool; // the one method of it that is used
  const waiters = createFeedWaiters(pool, () => undefined);
  await waiters.look();
  expect(questions).toBe(0);
  const workspaces = await Promise.all(Array.from({ length: 50 }, workspace));
  const leaving = new AbortController();
  setMaxListeners(0, leaving.signal);
  const waits = workspaces.flatMap(({ id }) =>
    Array.from({ length: 10 }, () => waiters.wait(id, '0-0', LONG_MS, leaving.signal)),
  );
  const [busy] = workspaces;
  if (busy) await created(busy);
  await waiters.look();
  expect(questions).toBe(1);
  leaving.abort();
  const told = await Promise.all(waits);
  expect(told.filter(Boolean)).toHaveLength(10);
});
