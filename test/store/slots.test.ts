import { failure } from '../../src/core/errors';
import type { Job } from '../../src/core/job/job';
import type { Caps } from '../../src/core/slots/caps';
import { createStore } from '../../src/store';
import {
  CREATE_WAITS,
  NOW,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newAttempt,
  newJob,
  settle,
  useTestDatabase,
  WATCH_MIN_MS,
} from '../support/database';

/**
 * A slot is a row, and is given out under one lock: however many processes ask, never one job more runs than the cap
 * says, and the transaction that ends a job names the next one.
 */

const database = useTestDatabase();

const CAPS: Caps = { channels: { first: { jobsAtOnce: 5 } }, groups: {} };
/** The store of one more process of a gateway with caps. */
const capped = (caps = CAPS) =>
  createStore(database.db, database.sealer, {
    ...CREATE_WAITS,
    usualMemoMs: 0,
    keyMemoMs: 0,
    changes: database.store.changes,
    caps,
    watchMinMs: WATCH_MIN_MS,
  });

const claimOf = ({ id: jobId, workspaceId, keyId, group, createdAt }: Job, channel = 'first') => ({
  ...{ jobId, workspaceId, keyId, group, channel },
  model: 'paper-1',
  since: createdAt,
});

let store: ReturnType<typeof capped>;
beforeEach(async () => {
  // The cap is the channel's, and the channel is the same for every test of this file.
  await database.sql('DELETE FROM slots');
  store = capped();
});

const jobs = (count: number): Promise<Job[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      createdJob(database, newJob(database.workspace, { now: NOW + index })),
    ),
  );
const ask = (job: Job, channel?: string, by = store) => by.slots.ask(claimOf(job, channel), NOW);
const holding = async (): Promise<string[]> =>
  (
    await database.sql<{ job_id: string }>(
      'SELECT job_id FROM slots WHERE granted_at IS NOT NULL ORDER BY since',
    )
  ).map(({ job_id }) => job_id);

test('thirty jobs that ask two processes at once get the five slots that there are', async () => {
  const all = await jobs(30);
  const other = capped();
  const asked = await Promise.all(
    all.map((job, index) => ask(job, 'first', index % 2 === 0 ? store : other)),
  );
  expect(asked.filter(({ mayRun }) => mayRun)).toHaveLength(5);
  expect(await holding()).toHaveLength(5);
});

test('a job that asks again keeps its slot or its place', async () => {
  const [held, ...rest] = await jobs(7);
  for (const job of [held, ...rest]) await ask(job as Job);
  expect(await ask(held as Job)).toEqual({ mayRun: true, granted: [] });
  const last = rest[5] as Job;
  expect(await ask(last)).toEqual({ mayRun: false, granted: [] });
  expect(await store.slots.placeOf(last.id)).toEqual({
    channel: 'first',
    place: 2,
    reason: 'channel',
  });
  expect(await store.slots.placeOf((held as Job).id)).toBeUndefined();
});

test('the transaction that ends a job gives its slot to the oldest that waits', async () => {
  const all = await jobs(7);
  // The youngest asks first of those that wait.
  for (const job of [...all.slice(0, 5), all[6], all[5]]) await ask(job as Job);
  const [ended, next] = [all[2] as Job, all[5] as Job];
  const result = await settle({ store }, ended.id, { kind: 'canceled' });
  expect(result.granted).toEqual([{ jobId: next.id, workflowId: next.workflowId }]);
  expect(await holding()).toEqual([0, 1, 3, 4, 5].map((index) => (all[index] as Job).id));
  // Whoever settles again gives nothing out twice.
  expect((await settle({ store }, ended.id, { kind: 'canceled' })).granted).toEqual([]);
  expect(await ask(ended)).toEqual({ mayRun: false, granted: [] });
});

test('an end that is rolled back gives no slot away', async () => {
  const callbackUrl = 'https://caller.example/hook';
  const told = await createdJob(database, newJob(database.workspace, { callbackUrl }));
  for (const job of [told, ...(await jobs(5))]) await ask(job);
  const before = await holding();
  expect(before).toContain(told.id);
  const crash = store.jobs.settle(told.id, { kind: 'canceled' }, NOW, () => {
    throw new Error('died here');
  });
  await expect(crash).rejects.toThrow('died here');
  expect(await holding()).toEqual(before);
});

test('a job that was given up and may still run keeps its slot, until it is heard of or its time is over', async () => {
  const all = await jobs(8);
  for (const job of all) await ask(job);
  const [heard, unheard] = [all[0] as Job, all[1] as Job];
  const attempts = [];
  for (const job of [heard, unheard]) {
    attempts.push(await acceptedAttempt(database, job, { channel: 'first' }));
    const gone = { kind: 'failure' as const, failure: failure('timed_out') };
    expect((await settle({ store }, job.id, gone)).granted).toEqual([]);
  }
  expect(await holding()).toHaveLength(5);
  await database.store.attempts.recordLook(attempts[0]?.id ?? '', {
    verdict: SUCCEEDED,
    reply: undefined,
    now: NOW + 1_000,
  });
  const first = await store.slots.review(NOW + 2_000, 600_000);
  expect(first.map(({ jobId }) => jobId)).toEqual([(all[5] as Job).id]);
  const later = await store.slots.review(NOW + 2 * 3_600_000 + 60_000, 86_400_000);
  expect(later.map(({ jobId }) => jobId)).toEqual([(all[6] as Job).id]);
});

test('a job that only waited when it was given up leaves the queue', async () => {
  const all = await jobs(7);
  for (const job of all) await ask(job);
  const waiting = all[5] as Job;
  const late = { kind: 'failure' as const, failure: failure('timed_out') };
  await settle({ store }, waiting.id, late);
  expect(await database.sql('SELECT 1 FROM slots WHERE job_id = $1', [waiting.id])).toEqual([]);
});

test('a job that goes on to another channel gives its slot back', async () => {
  const all = await jobs(6);
  for (const job of all) await ask(job);
  const [moved, next] = [all[0] as Job, all[5] as Job];
  const two = capped({ ...CAPS, channels: { ...CAPS.channels, second: { jobsAtOnce: 1 } } });
  const asked = await ask(moved, 'second', two);
  expect(asked).toEqual({
    mayRun: true,
    granted: [{ jobId: next.id, workflowId: next.workflowId }],
  });
  // To one without a cap it goes without a slot.
  expect(await store.slots.giveBack((all[1] as Job).id, NOW)).toEqual([]);
  expect(await holding()).toHaveLength(5);
});

test('a job whose turn was told to nobody is told again until it has begun', async () => {
  const [job] = await jobs(1);
  await ask(job as Job);
  const told = { jobId: job?.id, workflowId: job?.workflowId };
  expect(await store.slots.review(NOW + 4_999, 5_000)).toEqual([]);
  expect(await store.slots.review(NOW + 5_001, 5_000)).toEqual([told]);
  await database.store.attempts.open(newAttempt(job as Job, { channel: 'first' }));
  expect(await store.slots.review(NOW + 60_000, 5_000)).toEqual([]);
});

test('a cap that was raised, or taken out, lets waiting jobs begin by itself', async () => {
  const all = await jobs(9);
  for (const job of all) await ask(job);
  const wider = capped({ ...CAPS, channels: { first: { jobsAtOnce: 7 } } });
  expect(await wider.slots.review(NOW, 60_000)).toHaveLength(2);
  const open = capped({ channels: { second: { jobsAtOnce: 1 } }, groups: {} });
  expect(await open.slots.review(NOW, 60_000)).toHaveLength(2);
});

test('what a process without caps has ended is forgotten', async () => {
  const all = await jobs(6);
  for (const job of all) await ask(job);
  await settle(database, (all[0] as Job).id, { kind: 'canceled' });
  expect(await holding()).toContain((all[0] as Job).id);
  const granted = await store.slots.review(NOW + 60_000, 600_000);
  expect(granted.map(({ jobId }) => jobId)).toEqual([(all[5] as Job).id]);
});
