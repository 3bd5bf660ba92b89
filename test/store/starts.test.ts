import type { Job } from '../../src/core/job/job';
import type { NewJob } from '../../src/core/ports/store/jobs';
import { NOW, PRICE, createdJob, newJob, settle, useTestDatabase } from '../support/database';

/** The jobs table is the queue of starts: each row is claimed by one process at a time, and by another when that died. */

const database = useTestDatabase();
beforeEach(() => database.sql('UPDATE jobs SET workflow_started_at = created_at'));

const CLAIM = 30_000;
const job = (change: Partial<NewJob> = {}): Promise<Job> =>
  createdJob(database, newJob(database.workspace, change));
const starts = () => database.store.starts;
const claim = async (now: number, limit = 10): Promise<string[]> =>
  (await starts().claim(now, now + CLAIM, limit)).map(({ jobId }) => jobId);

test('a claim takes the oldest jobs that were not started, with all that a start needs', async () => {
  const second = await job({ now: NOW + 1 });
  const first = await job({ now: NOW });
  expect(await starts().claim(NOW, NOW + CLAIM, 1)).toEqual([
    {
      jobId: first.id,
      workflowId: first.id,
      provider: 'paper',
      model: 'clip',
      workspaceId: database.workspace.id,
      deadlineAt: first.deadlineAt,
      label: {
        workspace: expect.any(String),
        channel: 'first',
        dialect: 'videos',
        price: PRICE,
        requestId: null,
      },
    },
  ]);
  expect(await claim(NOW)).toEqual([second.id]);
});

test('a job that is claimed is claimed by nobody else until the claim has ended', async () => {
  const { id } = await job();
  expect(await claim(NOW)).toEqual([id]);
  expect(await claim(NOW + CLAIM)).toEqual([]);
  expect(await claim(NOW + CLAIM + 1)).toEqual([id]);
});

test('claims at the same moment share the jobs, and none waits for another', async () => {
  const ids = await Promise.all(Array.from({ length: 60 }, async () => (await job()).id));
  const claimed = await Promise.all(Array.from({ length: 6 }, () => claim(NOW, 10)));
  const rest = await claim(NOW, 60);
  expect([...claimed.flat(), ...rest].sort()).toEqual(ids.sort());
});

test('a locked job is passed over', async () => {
  const locked = await job();
  const { id } = await job({ now: NOW + 1 });
  await database.db.transaction(async (tx) => {
    await tx.execute(`SELECT FROM jobs WHERE id = '${locked.id}' FOR NO KEY UPDATE`);
    expect(await claim(NOW)).toEqual([id]);
  });
});

test('a job that was started, has ended, waits for review or runs in a caller’s workflow is not claimed', async () => {
  const [started, ended, reviewed] = await Promise.all([job(), job(), job()]);
  await job({ workflowId: 'a-caller-s-own' });
  await starts().markStarted([started.id], NOW);
  await settle(database, ended.id, { kind: 'canceled' });
  await database.sql(`UPDATE jobs SET review = 'look' WHERE id = $1`, [reviewed.id]);
  expect(await claim(NOW)).toEqual([]);
});

test('what is put back is claimed again from that moment on, unless it was started meanwhile', async () => {
  const [failed, started] = await Promise.all([job(), job()]);
  await claim(NOW);
  await starts().markStarted([started.id], NOW);
  await starts().putBack([failed.id, started.id], NOW + 500);
  expect(await claim(NOW + 500)).toEqual([]);
  expect(await claim(NOW + 501)).toEqual([failed.id]);
});

test('a start is noted once, at its first time', async () => {
  const { id } = await job();
  await starts().markStarted([id], NOW + 1);
  await starts().markStarted([id], NOW + 2);
  expect(
    await database.sql('SELECT workflow_started_at AS at FROM jobs WHERE id = $1', [id]),
  ).toEqual([{ at: new Date(NOW + 1) }]);
});

test('unstarted jobs are counted, claimed or not, and no further than asked', async () => {
  await Promise.all([job(), job(), job()]);
  await claim(NOW, 1);
  expect(await starts().count(10)).toBe(3);
  expect(await starts().count(2)).toBe(2);
});

test('the sweep leaves a claimed job to its process, and takes it when the claim did not help', async () => {
  const { id } = await job();
  const waited = { queuedForMs: 1_000, claimMs: CLAIM };
  const swept = async (now: number): Promise<string[]> =>
    (await database.store.sweep.startable(now, waited, 10)).map(({ jobId }) => jobId);
  await claim(NOW + 1_000);
  expect(await swept(NOW + 1_001)).toEqual([]);
  expect(await swept(NOW + 1_001 + CLAIM)).toEqual([id]);
  // Somebody claims it again and again, and it does not start.
  await claim(NOW + 1_001 + CLAIM);
  expect(await swept(NOW + 1_002 + CLAIM)).toEqual([id]);
});
