import { failure } from '../../src/core/errors';
import type { Reply } from '../../src/core/provider/exchange';
import type { Job } from '../../src/core/job/job';
import type { Verdict } from '../../src/core/job/outcome';
import type { Attempt } from '../../src/core/provider/attempt';
import type { NewJob } from '../../src/core/ports/store/jobs';
import {
  NOW,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newAttempt,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';

/** What providers said is kept as bytes, shown while it is true, and found by the provider's own handle. */

const database = useTestDatabase();
let job: Job;
beforeEach(async () => {
  job = await create();
});

const NATIVE = { wire: 'ark-tasks', body: 'b', headers: {}, search: '', ids: {} };
const create = (change: Partial<NewJob> = {}): Promise<Job> =>
  createdJob(
    database,
    newJob(database.workspace, {
      dialect: 'ark-tasks',
      native: NATIVE,
      callbackUrl: 'https://example.com/hook',
      ...change,
    }),
  );

const reply = (text: string, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(text),
});
const stored = (text: string, status = 200) => ({
  status,
  type: 'application/json',
  body: Buffer.from(text),
});
const accepted = (text: string) =>
  ({ state: 'accepted', operation: { taskId: `task-${job.id}` }, reply: reply(text) }) as const;
const latest = async () => (await database.store.attempts.latestReplies([job.id])).get(job.id);

async function sending(): Promise<Attempt> {
  const attempt = await database.store.attempts.open(newAttempt(job));
  if (!attempt) throw new Error('not opened');
  return attempt;
}

describe("the provider's answer to a submit", () => {
  test('is written with the outcome', async () => {
    const { id } = await sending();
    await database.store.attempts.recordSubmit(id, accepted('{"id":1.0}'), NOW, 1);
    expect(await latest()).toMatchObject({
      attempt: { state: 'accepted' },
      submitReply: stored('{"id":1.0}'),
      reply: undefined,
    });
  });

  test('is added when a callback was faster, once, and changes nothing else', async () => {
    const { id } = await sending();
    const waiting = database.store.changes.wait(job.id, 'answered', 20_000);
    const byCallback = { state: 'accepted', operation: accepted('').operation } as const;
    const first = await database.store.attempts.recordSubmit(id, byCallback, NOW);
    expect(await database.store.changes.wait(job.id, 'accepted', 20_000)).toBe(true);
    expect((await latest())?.submitReply).toBeUndefined();
    const same = await database.store.attempts.recordSubmit(id, accepted('the answer'), NOW + 1, 1);
    expect(same).toEqual(first);
    expect(await waiting).toBe(true);
    await database.store.attempts.recordSubmit(id, accepted('another'), NOW + 2, 1);
    expect((await latest())?.submitReply).toEqual(stored('the answer'));
  });

  test('of a refusal goes when the attempt is sent again', async () => {
    const { id } = await sending();
    const refused = {
      state: 'refused',
      scope: 'retry',
      failure: failure('provider_busy'),
    } as const;
    await database.store.attempts.recordSubmit(
      id,
      { ...refused, reply: reply('busy', 429) },
      NOW,
      1,
    );
    expect((await latest())?.submitReply).toEqual(stored('busy', 429));
    await database.store.attempts.reopen(id, {
      callbackTokenHash: 'other',
      sendingAt: NOW,
      sendDeadline: NOW,
    });
    expect((await latest())?.submitReply).toBeUndefined();
  });

  test('that never comes leaves an endpoint waiting until its patience ends', async () => {
    await acceptedAttempt(database, job);
    expect(await database.store.changes.wait(job.id, 'answered', 300)).toBe(false);
  });
});

const running = (phase: 'queued' | 'running'): Verdict => ({
  state: 'running',
  phase,
  progress: null,
});

describe('a look', () => {
  let attempt: Attempt;
  const look = (verdict: Verdict, text = '{}') =>
    database.store.attempts.recordLook(attempt.id, { verdict, reply: reply(text), now: NOW });
  const told = () =>
    database.sql<{ id: string; about: string; body: Buffer }>(
      'SELECT id, about, body FROM deliveries WHERE job_id = $1 ORDER BY created_at, about',
      [job.id],
    );
  beforeEach(async () => {
    attempt = await acceptedAttempt(database, job);
  });

  test('tells each state once, in the bytes that showed it first', async () => {
    const queued = await look(running('queued'), 'first');
    expect(await look(running('queued'), 'second')).toEqual([]);
    const run = await look(running('running'), 'third');
    expect(await look(running('running'), 'fourth')).toEqual([]);
    expect(await look(running('queued'), 'stale')).toEqual([]);
    expect(await told()).toEqual([
      { id: queued[0], about: 'queued', body: Buffer.from('first') },
      { id: run[0], about: 'running', body: Buffer.from('third') },
    ]);
    expect(await look(SUCCEEDED, 'end')).toEqual([]);
    const { deliveryIds } = await settle(database, job.id);
    expect((await told()).map(({ about }) => about)).toEqual(['queued', 'running', 'ended']);
    expect(deliveryIds).toEqual(expect.arrayContaining([expect.any(String)]));
  });

  test('that shows nothing new writes nothing', async () => {
    const row = () =>
      database.sql('SELECT xmin, xmax, polls FROM attempts WHERE id = $1', [attempt.id]);
    await look(running('running'), 'running');
    const before = await row();
    await look(running('running'), 'running');
    expect(await row()).toEqual(before);
    await look(running('running'), 'running, and says it in other words');
    expect(await row()).toMatchObject([{ polls: 2 }]);
  });

  test('ten at once tell a state once', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => look(running('running'))));
    expect(ids.flat()).toHaveLength(1);
  });

  test.each<[string, Partial<NewJob>]>([
    ['of another dialect', { dialect: 'videos', native: undefined }],
    ['without a callback', { callbackUrl: undefined }],
  ])('tells nobody before the end of a job %s', async (_, change) => {
    job = await create(change);
    attempt = await acceptedAttempt(database, job);
    expect(await look(running('running'))).toEqual([]);
    expect(await told()).toEqual([]);
  });

  test('that ended the job is shown from the settle on, not before', async () => {
    await look(running('running'), 'running');
    await look(SUCCEEDED, 'the end');
    expect((await latest())?.reply).toEqual(stored('running'));
    await settle(database, job.id);
    expect((await latest())?.reply).toEqual(stored('the end'));
  });

  test('is no longer shown when the job ends without the provider, also when it is made again', async () => {
    await look(running('running'), 'running');
    await settle(database, job.id, { kind: 'failure', failure: failure('timed_out') });
    expect((await latest())?.reply).toBeUndefined();
    expect(await look(running('running'), 'still running')).toEqual([]);
    expect((await latest())?.reply).toBeUndefined();
    await look(SUCCEEDED, 'too late');
    expect((await latest())?.reply).toBeUndefined();
  });
});

describe("the provider's handle", () => {
  const find = (workspaceId: string, operation: Record<string, unknown>, provider = 'paper') =>
    database.store.jobs.byOperation(workspaceId, provider, operation);

  test('finds a job in its own workspace, until it is deleted; it stays known', async () => {
    const other = await database.makeWorkspace(0n);
    await acceptedAttempt(database, job);
    const handle = { taskId: `task-${job.id}` };
    expect(await find(job.workspaceId, handle)).toMatchObject({ id: job.id });
    expect(await find(other.id, handle)).toBeUndefined();
    expect(await find(job.workspaceId, handle, 'another')).toBeUndefined();
    expect(await find(job.workspaceId, { taskId: 'unknown' })).toBeUndefined();
    await settle(database, job.id, { kind: 'canceled' });
    await database.store.jobs.markDeleted(job.workspaceId, job.id, NOW);
    expect(await find(job.workspaceId, handle)).toBeUndefined();
    expect(await database.store.attempts.isKnown('paper', handle)).toBe(true);
    expect(await database.store.attempts.isKnown('paper', { taskId: 'unknown' })).toBe(false);
  });

  test('that no row can hold belongs to nobody', async () => {
    expect(await find(job.workspaceId, { taskId: 'a\u0000' })).toBeUndefined();
    expect(await database.store.attempts.isKnown('paper', { taskId: '\ud800' })).toBe(false);
  });

  test('may be longer than an index entry', async () => {
    const { id } = await sending();
    const operation = { taskId: Array.from({ length: 2_000 }, (_, n) => String(n)).join('-') };
    await database.store.attempts.recordSubmit(id, { state: 'accepted', operation }, NOW);
    expect(await find(job.workspaceId, operation)).toMatchObject({ id: job.id });
  });
});

test('a page of one workspace has its total, its order and no refused creates', async () => {
  const mine = await database.makeWorkspace(1_000_000_000n);
  const made: Job[] = [];
  for (let number = 0; number < 5; number += 1) {
    made.unshift(
      await createdJob(
        database,
        newJob(mine, { dialect: 'ark-tasks', native: NATIVE, now: NOW + number }),
      ),
    );
  }
  const [refused, running_, ...rest] = made;
  if (!refused || !running_) throw new Error('five were made');
  const attempt = await database.store.attempts.open(newAttempt(refused));
  const final = { state: 'refused', scope: 'final', failure: failure('invalid_input') } as const;
  await database.store.attempts.recordSubmit(attempt?.id ?? '', final, NOW);
  await settle(database, refused.id, { kind: 'failure', failure: final.failure });
  const accepted_ = await acceptedAttempt(database, running_);
  await database.store.attempts.recordLook(accepted_.id, {
    verdict: running('running'),
    reply: reply('{}'),
    now: NOW,
  });
  await createdJob(database, newJob(mine));
  const list = async (query: Partial<Parameters<typeof database.store.jobs.listNative>[2]>) => {
    const { jobs, total } = await database.store.jobs.listNative(mine.id, 'ark-tasks', {
      page: 1,
      size: 20,
      since: NOW,
      ids: [],
      ...query,
    });
    return { ids: jobs.map(({ id }) => id), total };
  };
  const all = [running_, ...rest].map(({ id }) => id);
  expect(await list({})).toEqual({ ids: all, total: 4 });
  expect(await list({ page: 2, size: 3 })).toEqual({ ids: all.slice(3), total: 4 });
  expect(await list({ page: 9 })).toEqual({ ids: [], total: 4 });
  expect(await list({ since: NOW + 2 })).toEqual({ ids: all.slice(0, 2), total: 2 });
  expect(await list({ state: 'running' })).toEqual({ ids: [running_.id], total: 1 });
  expect(await list({ state: 'queued', ids: [all[1] ?? '', running_.id] })).toEqual({
    ids: [all[1]],
    total: 1,
  });
  expect(await list({ ids: [{ taskId: `task-${running_.id}` }, { taskId: '\u0000' }] })).toEqual({
    ids: [running_.id],
    total: 1,
  });
  expect(await list({ model: 'paper-1' })).toEqual({ ids: [running_.id], total: 1 });
  expect(await list({ model: 'clip', serviceTier: 'default' })).toEqual({ ids: all, total: 4 });
  expect(await list({ serviceTier: 'flex' })).toEqual({ ids: [], total: 0 });
});
