import type { Job } from '../../src/core/job/job';
import { timelineOf } from '../../src/store/changes/timeline';
import {
  PRICE,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';

/** What a stream tells of a job stands in an order that nothing which commits late can change. */

const database = useTestDatabase(PRICE * 10n);

const created = (): Promise<Job> => createdJob(database, newJob(database.workspace));
const told = async ({ id }: Job): Promise<string[]> =>
  (await timelineOf(database.pool, id)).events.map(({ type }) => type);

test('a row behind which an older transaction is open is told once that is over, behind what it wrote', async () => {
  const job = await created();
  const before = await told(job);
  const late = await database.pool.connect();
  try {
    await late.query('BEGIN');
    await late.query(
      `INSERT INTO events (id, job_id, workspace_id, type, at)
       SELECT gen_random_uuid(), job_id, workspace_id, 'late', now() FROM events WHERE job_id = $1 LIMIT 1`,
      [job.id],
    );
    await acceptedAttempt(database, job);
    expect(await told(job)).toEqual(before);
    await late.query('COMMIT');
  } finally {
    late.release(true);
  }
  const all = await told(job);
  expect(all.slice(0, before.length + 1)).toEqual([...before, 'late']);
  expect(all.length).toBeGreaterThan(before.length + 1);
});

test('rows of a server that counted further are told at once, in their order, before what is new', async () => {
  const job = await created();
  const far = `UPDATE events SET written_in = '4000000000' WHERE job_id = $1`;
  const before = await told(job);
  await database.pool.query(far, [job.id]);
  expect(await told(job)).toEqual(before);
  await settle(database, job.id, { kind: 'canceled' });
  const all = await told(job);
  expect(all.slice(0, before.length)).toEqual(before);
  expect(all.at(-1)).toMatch(/^job\.ended\./);
});
