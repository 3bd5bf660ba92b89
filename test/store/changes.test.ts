import { Client } from 'pg';
import type { Job } from '../../src/core/job/job';
import { createChanges } from '../../src/store/changes/changes';
import {
  PRICE,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';
import { until } from '../support/gateway';

/** Endpoints that answer late: each hears of its own job, at once, and also when the message was lost. */

const database = useTestDatabase(PRICE * 500n);

const LONG_MS = 30_000;
const wait = (job: Job, until: 'accepted' | 'ended', ms = LONG_MS, signal?: AbortSignal) =>
  database.store.changes.wait(job.id, until, ms, signal);
const created = (): Promise<Job> => createdJob(database, newJob(database.workspace));

test('whoever waits for the acceptance hears of it, and whoever waits for the end waits on', async () => {
  const job = await created();
  const accepted = wait(job, 'accepted');
  const ended = wait(job, 'ended', 1_500);
  await acceptedAttempt(database, job);
  expect(await accepted).toBe(true);
  expect(await ended).toBe(false);
});

test('the end is past every milestone', async () => {
  const job = await created();
  const both = Promise.all([wait(job, 'accepted'), wait(job, 'ended')]);
  await settle(database, job.id, { kind: 'canceled' });
  expect(await both).toEqual([true, true]);
});

test('what happened before the waiting began is found', async () => {
  const job = await created();
  await acceptedAttempt(database, job);
  await settle(database, job.id, { kind: 'canceled' });
  expect(await wait(job, 'ended')).toBe(true);
});

test('two hundred that wait hear of their own job only', async () => {
  const jobs: Job[] = [];
  // One after the other: it is the waiting that comes all at once here.
  for (let index = 0; index < 200; index += 1) jobs.push(await created());
  const heard: number[] = [];
  const waits = jobs.map(async (job, index) => {
    if (await wait(job, 'ended')) heard.push(index);
  });
  const [odd, even] = [1, 0].map((rest) => jobs.filter((_, index) => index % 2 === rest));
  for (const job of even ?? []) await settle(database, job.id, { kind: 'canceled' });
  await Promise.all(waits.filter((_, index) => index % 2 === 0));
  expect(heard.every((index) => index % 2 === 0)).toBe(true);
  for (const job of odd ?? []) await settle(database, job.id, { kind: 'canceled' });
  await Promise.all(waits);
  expect(heard).toHaveLength(200);
});

test('a caller who has left no longer waits', async () => {
  const job = await created();
  const caller = new AbortController();
  const waiting = wait(job, 'ended', LONG_MS, caller.signal);
  caller.abort();
  expect(await waiting).toBe(false);
  expect(await wait(job, 'ended', LONG_MS, caller.signal)).toBe(false);
});

test('a message that was lost costs a moment and no answer', async () => {
  const job = await created();
  const waiting = wait(job, 'ended');
  await asOwner('ALTER TABLE jobs DISABLE TRIGGER jobs_tell');
  try {
    await settle(database, job.id, { kind: 'canceled' });
    expect(await waiting).toBe(true);
  } finally {
    await asOwner('ALTER TABLE jobs ENABLE TRIGGER jobs_tell');
  }
});

test('a listening connection that broke is opened again, and nobody waits in vain', async () => {
  const broken: Error[] = [];
  const known = await listeners();
  const fresh = (): Promise<number> =>
    until('a new listener', async () => {
      const pid = (await listeners()).find((candidate) => !known.includes(candidate));
      if (pid !== undefined) known.push(pid);
      return pid;
    });
  const changes = createChanges(database.url, database.pool, (error) => broken.push(error));
  try {
    const job = await created();
    const waiting = changes.wait(job.id, 'ended', LONG_MS);
    await database.sql('SELECT pg_terminate_backend($1)', [await fresh()]);
    await fresh();
    expect(broken).not.toEqual([]);
    await settle(database, job.id, { kind: 'canceled' });
    expect(await waiting).toBe(true);
  } finally {
    await changes.close();
  }
});

async function listeners(): Promise<number[]> {
  const rows = await database.sql<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'reelay-listen' AND query LIKE 'LISTEN%'`,
  );
  return rows.map(({ pid }) => pid);
}

async function asOwner(statement: string): Promise<void> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}
