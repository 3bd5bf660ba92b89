import { newId } from '../../src/core/job/ids';
import type { Job } from '../../src/core/job/job';
import type { NewJob } from '../../src/core/ports/store/jobs';
import {
  NOW,
  PRICE,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';

/** The sweep looks only at rows that should have a workflow and seem to have none, at a limited number, in order. */

const database = useTestDatabase();
/** Everything of earlier tests is out of the way. */
beforeEach(async () => {
  await database.sql(
    `UPDATE jobs SET review = 'of an earlier test', deadline_at = '2100-01-01' WHERE finished_at IS NULL`,
  );
  await database.sql('UPDATE deliveries SET workflow_started_at = created_at');
  await database.sql('UPDATE keeps SET workflow_started_at = created_at');
});

const AGE = 30_000;
const WAITED = { queuedForMs: AGE, claimMs: AGE };
const DEADLINE = NOW + 3_600_000;
const COUNT = { restartsMax: 3, now: NOW, reviewMs: 600_000 };
const job = (change: Partial<NewJob> = {}): Promise<Job> =>
  createdJob(database, newJob(database.workspace, change));
const store = () => database.store.sweep;
const idsOf = (seeds: readonly { jobId: string }[]): string[] => seeds.map(({ jobId }) => jobId);

describe('jobs to be started', () => {
  test('are those without a start for longer than the age, oldest first', async () => {
    const later = await job({ now: NOW + 2 });
    const first = await job({ now: NOW });
    const at = (now: number, limit = 10) => store().startable(now, WAITED, limit).then(idsOf);
    expect(await at(NOW + AGE)).toEqual([]);
    expect(await at(NOW + AGE + 1)).toEqual([first.id]);
    expect(await at(NOW + AGE + 3)).toEqual([first.id, later.id]);
    expect(await at(NOW + AGE + 3, 1)).toEqual([first.id]);
    await database.store.starts.markStarted([first.id], NOW);
    expect(await at(NOW + AGE + 3)).toEqual([later.id]);
    await settle(database, later.id, { kind: 'canceled' });
    expect(await at(NOW + AGE + 3)).toEqual([]);
  });

  test('are also those long past their deadline, started or not', async () => {
    const started = await job();
    await database.store.starts.markStarted([started.id], NOW);
    const at = (now: number) => store().startable(now, WAITED, 10).then(idsOf);
    expect(await at(DEADLINE + AGE)).toEqual([]);
    expect(await at(DEADLINE + AGE + 1)).toEqual([started.id]);
  });

  test('come with all that their plan needs', async () => {
    const { id } = await job();
    const seed = {
      jobId: id,
      workflowId: id,
      provider: 'paper',
      model: 'clip',
      workspaceId: database.workspace.id,
      deadlineAt: DEADLINE,
      label: {
        workspace: expect.any(String),
        channel: 'first',
        dialect: 'videos',
        price: PRICE,
        requestId: null,
      },
    };
    expect(await store().startable(NOW + AGE + 1, WAITED, 10)).toEqual([seed]);
    expect(await store().seeds([id], NOW)).toEqual([seed]);
    await settle(database, id, { kind: 'canceled' });
    expect(await store().seeds([id, newId()], NOW)).toEqual([]);
  });
});

describe('restarts', () => {
  test('are counted, and past the limit the job waits for review instead', async () => {
    const { id } = await job();
    const restart = () => store().countRestart(id, COUNT);
    expect([await restart(), await restart(), await restart()]).toEqual([true, true, true]);
    expect(await store().seeds([id], NOW)).toHaveLength(1);
    expect(await restart()).toBe(false);
    expect(await store().seeds([id], DEADLINE)).toEqual([]);
    expect(await store().startable(DEADLINE + AGE, WAITED, 10)).toEqual([]);
    expect(await database.sql('SELECT restarts, review FROM jobs WHERE id = $1', [id])).toEqual([
      { restarts: 4, review: 'restarted too often' },
    ]);
    expect(await database.store.jobs.load(id)).toMatchObject({ state: 'queued' });
  });

  test('are made again from the deadline on, at the pace of a review, until the job has ended', async () => {
    const { id } = await job();
    for (let run = 0; run < 4; run += 1) await store().countRestart(id, COUNT);
    const due = async (now: number) => idsOf(await store().startable(now, WAITED, 10)).includes(id);
    const late = DEADLINE + AGE + 1;
    expect([await due(DEADLINE), await due(late)]).toEqual([false, true]);
    expect(await store().countRestart(id, { ...COUNT, now: late })).toBe(true);
    expect([await due(late + 1), await due(late + COUNT.reviewMs + AGE + 1)]).toEqual([
      false,
      true,
    ]);
    expect(idsOf(await store().seeds([id], late + COUNT.reviewMs + 1))).toEqual([id]);
    await settle(database, id, { kind: 'canceled' });
    expect(await due(DEADLINE * 2)).toBe(false);
  });

  test('at once are all counted', async () => {
    const { id } = await job();
    const allowed = await Promise.all(
      Array.from({ length: 10 }, () => store().countRestart(id, COUNT)),
    );
    expect(allowed.filter(Boolean)).toHaveLength(3);
  });

  test('of a job that nobody knows are not made', async () => {
    expect(await store().countRestart(newId(), COUNT)).toBe(false);
  });
});

describe('cancels to be told again', () => {
  const canceled = async (at: number): Promise<string> => {
    const { id } = await job();
    await database.store.jobs.requestCancel(database.workspace.id, id, at);
    return id;
  };

  test('are the open wishes that are older than the age, the latest first', async () => {
    const [first, second] = [await canceled(NOW), await canceled(NOW + 1)];
    await job();
    const at = (now: number, limit = 10) => store().cancelable(now, AGE, limit).then(idsOf);
    expect(await at(NOW + AGE)).toEqual([]);
    expect(await at(NOW + AGE + 1)).toEqual([first]);
    expect(await at(NOW + AGE + 2)).toEqual([second, first]);
    expect(await at(NOW + AGE + 2, 1)).toEqual([second]);
    await settle(database, second ?? '', { kind: 'canceled' });
    expect(await at(NOW + AGE + 2)).toEqual([first]);
  });

  test('are not those of a job that waits for review', async () => {
    const id = await canceled(NOW);
    await store().countRestart(id, { ...COUNT, restartsMax: 0 });
    expect(await store().cancelable(NOW + AGE * 2, AGE, 10)).toEqual([]);
  });

  test('name the workflow, also where it has a name of its caller’s', async () => {
    const workflowId = `flow-${newId()}`;
    const { id } = await job({ workflowId });
    await database.store.jobs.requestCancel(database.workspace.id, id, NOW);
    expect(await store().cancelable(NOW + AGE * 2, AGE, 10)).toMatchObject([
      { jobId: id, workflowId },
    ]);
  });
});

describe('deliveries and copies to be started', () => {
  async function ended(at: number) {
    const { id } = await job({ callbackUrl: 'https://a.example/x' });
    const attempt = await acceptedAttempt(database, { ...(await job()), id });
    await database.store.attempts.recordLook(attempt.id, {
      verdict: SUCCEEDED,
      reply: undefined,
      now: at,
    });
    const { deliveryIds } = await settle(database, id, { kind: 'verdict' }, at);
    return { jobId: id, deliveryId: deliveryIds[0] ?? '' };
  }

  test('are those without a start for longer than the age, oldest first, each until it is marked', async () => {
    const [two, one] = [await ended(NOW + 1), await ended(NOW)];
    const deliveries = (now: number, limit = 10) => store().unstartedDeliveries(now, AGE, limit);
    const keeps = (now: number, limit = 10) => store().unstartedKeeps(now, AGE, limit);
    expect([await deliveries(NOW + AGE), await keeps(NOW + AGE)]).toEqual([[], []]);
    const soon = NOW + AGE + 2;
    expect(await deliveries(soon)).toEqual([one.deliveryId, two.deliveryId]);
    expect(await keeps(soon)).toEqual([one.jobId, two.jobId]);
    expect([await deliveries(soon, 1), await keeps(soon, 1)]).toEqual([
      [one.deliveryId],
      [one.jobId],
    ]);
    await store().markDeliveryStarted(one.deliveryId, NOW);
    await store().markKeepStarted(two.jobId, NOW);
    expect(await deliveries(soon)).toEqual([two.deliveryId]);
    expect(await keeps(soon)).toEqual([one.jobId]);
  });

  test('a copy is recorded once, and then there is nothing more to keep', async () => {
    const { jobId } = await ended(NOW);
    const file = { kind: 'video' as const, blob: 'one', bytes: 3, mime: 'video/mp4' };
    expect(await database.store.keeps.pending(jobId)).toEqual({
      workspaceId: database.workspace.id,
      channel: 'first',
      outputs: SUCCEEDED.outputs,
      since: NOW,
    });
    await Promise.all(
      ['one', 'two', 'three'].map((blob) =>
        database.store.keeps.record(jobId, [{ ...file, blob }], NOW),
      ),
    );
    expect(await database.store.keeps.pending(jobId)).toBeUndefined();
    expect(await database.store.keeps.files(database.workspace.id, jobId)).toHaveLength(1);
  });
});
