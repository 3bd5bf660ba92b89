import { failure } from '../../src/core/errors';
import type { Reply } from '../../src/core/provider/exchange';
import { newId } from '../../src/core/job/ids';
import type { Job } from '../../src/core/job/job';
import type { FinalVerdict, Verdict } from '../../src/core/job/outcome';
import type { SubmitReading } from '../../src/core/provider/provider';
import type { Attempt } from '../../src/core/provider/attempt';
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

/** The attempt's row is what keeps a job from being submitted twice, and what its end is decided by. */

const database = useTestDatabase();
let job: Job;
beforeEach(async () => {
  job = await createdJob(database, newJob(database.workspace));
});

const BUSY: SubmitReading = {
  state: 'refused',
  scope: 'retry',
  failure: failure('provider_busy'),
  retryAfterMs: 5_000,
};
const ACCEPTED: SubmitReading = { state: 'accepted', operation: { taskId: 'first' } };
const UNKNOWN: SubmitReading = { state: 'unknown', detail: 'timeout' };
const AGAIN = { callbackTokenHash: 'other', sendingAt: NOW + 9_000, sendDeadline: NOW + 69_000 };

async function opened(): Promise<Attempt> {
  // On a channel of its own: a provider's job belongs to one attempt, and these all have the same.
  const attempt = await database.store.attempts.open(newAttempt(job, { channel: job.id }));
  if (!attempt) throw new Error('not opened');
  return attempt;
}

const rowOf = (id: string) => database.sql('SELECT * FROM attempts WHERE id = $1', [id]);
const jobRow = () => database.sql('SELECT * FROM jobs WHERE id = $1', [job.id]);
const eventsOf = async (like: string) =>
  (
    await database.sql<{ type: string }>(
      `SELECT type FROM events WHERE job_id = $1 AND type LIKE $2 ORDER BY id`,
      [job.id, like],
    )
  ).map(({ type }) => type);

describe('opening an attempt', () => {
  test('gives the row to one of thirty that try at once', async () => {
    const tries = await Promise.all(
      Array.from({ length: 30 }, () => database.store.attempts.open(newAttempt(job))),
    );
    const [mine, ...others] = tries.filter((attempt) => attempt !== null);
    expect(others).toEqual([]);
    expect(mine).toMatchObject({ state: 'sending', sends: 1, number: 1, polls: 0 });
    expect(await database.store.attempts.latest(job.id)).toEqual(mine);
    expect(await database.count('attempts', job.id)).toBe(1);
  });

  test('twice in a row gives null and leaves the first as it is', async () => {
    const attempt = await opened();
    const before = await rowOf(attempt.id);
    expect(await database.store.attempts.open(newAttempt(job))).toBeNull();
    expect(await rowOf(attempt.id)).toEqual(before);
  });

  test('is refused once the job has ended', async () => {
    await settle(database, job.id, { kind: 'canceled' });
    expect(await database.store.attempts.open(newAttempt(job))).toBeNull();
    expect(await database.count('attempts', job.id)).toBe(0);
  });

  test('is refused once a cancel was asked for', async () => {
    await database.store.jobs.requestCancel(job.workspaceId, job.id, NOW);
    expect(await database.store.attempts.open(newAttempt(job))).toBeNull();
  });

  test('and a cancel at the same moment: the cancel sees the attempt, or there is none', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { id } = await createdJob(database, newJob(database.workspace));
      const target = { ...job, id };
      const [attempt, seen] = await Promise.all([
        database.store.attempts.open(newAttempt(target)),
        database.store.jobs
          .requestCancel(job.workspaceId, id, NOW)
          .then(() => database.store.attempts.latest(id)),
      ]);
      expect(seen?.id).toBe(attempt?.id);
    }
  });

  test('never points at another workspace’s job', async () => {
    const other = await database.makeWorkspace(1n);
    await expect(
      database.store.attempts.open(newAttempt({ ...job, workspaceId: other.id })),
    ).rejects.toThrow();
    expect(await database.count('attempts', job.id)).toBe(0);
  });
});

describe('sending again', () => {
  test('works once for a refused attempt, however many try', async () => {
    const { id } = await opened();
    await database.store.attempts.recordSubmit(id, BUSY, NOW);
    const tries = await Promise.all(
      Array.from({ length: 10 }, () => database.store.attempts.reopen(id, AGAIN)),
    );
    expect(tries.filter((sends) => sends !== undefined)).toEqual([2]);
    expect(await database.store.attempts.latest(job.id)).toMatchObject({
      id,
      state: 'sending',
      sends: 2,
      refusal: undefined,
      sendingAt: AGAIN.sendingAt,
      sendDeadline: AGAIN.sendDeadline,
    });
    expect(await database.store.attempts.watchedByToken('other')).toMatchObject({
      attempt: { id },
    });
  });

  test.each([
    ['being sent', undefined],
    ['accepted', ACCEPTED],
    ['in doubt', UNKNOWN],
  ])('is refused for an attempt that is %s', async (_, reading) => {
    const { id } = await opened();
    if (reading) await database.store.attempts.recordSubmit(id, reading, NOW);
    const before = await rowOf(id);
    expect(await database.store.attempts.reopen(id, AGAIN)).toBeUndefined();
    expect(await rowOf(id)).toEqual(before);
  });

  test.each([
    ['ended', () => settle(database, job.id, { kind: 'canceled' })],
    ['is to be canceled', () => database.store.jobs.requestCancel(job.workspaceId, job.id, NOW)],
  ])('is refused for a job that %s', async (_, end) => {
    const { id } = await opened();
    await database.store.attempts.recordSubmit(id, BUSY, NOW);
    await end();
    expect(await database.store.attempts.reopen(id, AGAIN)).toBeUndefined();
  });

  test('is refused for an attempt that nobody knows', async () => {
    expect(await database.store.attempts.reopen(newId(), AGAIN)).toBeUndefined();
  });
});

describe('what came of a submit', () => {
  test.each([
    ['accepted', ACCEPTED, { state: 'accepted', operation: { taskId: 'first' }, acceptedAt: NOW }],
    [
      'refused',
      BUSY,
      {
        state: 'refused',
        refusal: { scope: 'retry', failure: failure('provider_busy'), retryAt: NOW + 5_000 },
      },
    ],
    ['unknown', UNKNOWN, { state: 'unknown', operation: undefined }],
  ])('%s is on the row, with one event', async (state, reading, expected) => {
    const { id } = await opened();
    const recorded = await database.store.attempts.recordSubmit(id, reading, NOW);
    expect(recorded).toMatchObject(expected);
    expect(await database.store.attempts.latest(job.id)).toEqual(recorded);
    expect(await eventsOf('attempt.%')).toEqual([`attempt.${state}`]);
  });

  test.each([
    ['another acceptance', { state: 'accepted', operation: { taskId: 'second' } } as const],
    ['a refusal', BUSY],
    ['a doubt', UNKNOWN],
  ])('stays accepted after %s', async (_, later) => {
    const { id } = await opened();
    const first = await database.store.attempts.recordSubmit(id, ACCEPTED, NOW);
    const before = [await rowOf(id), await jobRow()];
    expect(await database.store.attempts.recordSubmit(id, later, NOW + 5_000)).toEqual(first);
    expect([await rowOf(id), await jobRow()]).toEqual(before);
    expect(await eventsOf('attempt.%')).toEqual(['attempt.accepted']);
  });

  test('of two acceptances at once one counts, and both callers hear of that one', async () => {
    const { id } = await opened();
    const heard = await Promise.all(
      ['a', 'b', 'c'].map((taskId) =>
        database.store.attempts.recordSubmit(id, { state: 'accepted', operation: { taskId } }, NOW),
      ),
    );
    expect(new Set(heard.map(({ operation }) => operation?.['taskId'])).size).toBe(1);
    expect(await eventsOf('attempt.%')).toEqual(['attempt.accepted']);
  });

  test('of an earlier send never changes the row of a later one', async () => {
    const { id } = await opened();
    await database.store.attempts.recordSubmit(id, BUSY, NOW, 1);
    await database.store.attempts.reopen(id, AGAIN);
    const before = await rowOf(id);
    expect(await database.store.attempts.recordSubmit(id, ACCEPTED, NOW, 1)).toMatchObject({
      state: 'sending',
      sends: 2,
    });
    expect(await rowOf(id)).toEqual(before);
    expect(await database.store.attempts.recordSubmit(id, ACCEPTED, NOW, 2)).toMatchObject({
      state: 'accepted',
    });
  });

  test('a doubt can still turn into an acceptance or a refusal', async () => {
    const { id } = await opened();
    await database.store.attempts.recordSubmit(id, UNKNOWN, NOW);
    expect(await database.store.attempts.recordSubmit(id, ACCEPTED, NOW + 1)).toMatchObject({
      state: 'accepted',
    });
  });

  test('an acceptance that comes after the job’s end stays with the attempt', async () => {
    const { id } = await opened();
    await database.store.attempts.recordSubmit(id, UNKNOWN, NOW);
    await settle(database, job.id, { kind: 'failure', failure: failure('submission_unknown') });
    const before = await jobRow();
    const late = await database.store.attempts.recordSubmit(id, ACCEPTED, NOW + 900_000);
    expect(late).toMatchObject({ state: 'accepted', operation: { taskId: 'first' } });
    expect(await jobRow()).toEqual(before);
  });

  test('of an attempt that nobody knows is an error', async () => {
    const id = newId();
    await expect(database.store.attempts.recordSubmit(id, ACCEPTED, NOW)).rejects.toThrow(
      `no attempt ${id}`,
    );
  });

  test('the channel that accepted becomes the job’s own', async () => {
    await acceptedAttempt(database, job, { channel: 'second', provider: 'other' });
    expect(await database.store.jobs.load(job.id)).toMatchObject({
      channel: 'second',
      provider: 'other',
      startedAt: NOW + 1_000,
    });
  });
});

const reply = (status: number, text: string): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(text),
});
const running = (progress: number | null, phase: 'queued' | 'running' = 'running'): Verdict => ({
  state: 'running',
  phase,
  progress,
});

describe.each([
  ['whose reply callers read', true],
  ['whose reply nobody reads', false],
])('a look %s', (_, isRead) => {
  let attempt: Attempt;
  beforeEach(async () => {
    attempt = await acceptedAttempt(database, job);
  });
  const look = (verdict: Verdict, now = NOW + 2_000, text = '{}') =>
    database.store.attempts.recordLook(attempt.id, {
      verdict,
      reply: isRead || verdict.state !== 'running' ? reply(200, text) : undefined,
      now,
    });

  test('that finds it running shows the job as running, with progress, one event and a fresh time', async () => {
    await look(running(null, 'queued'));
    expect(await database.store.jobs.load(job.id)).toMatchObject({ state: 'queued' });
    await look(running(null), NOW + 3_000);
    expect(await database.store.jobs.load(job.id)).toMatchObject({
      state: 'running',
      progress: null,
      updatedAt: NOW + 3_000,
    });
    await look(running(40), NOW + 4_000);
    await look(running(40), NOW + 5_000);
    expect(await database.store.jobs.load(job.id)).toMatchObject({
      state: 'running',
      progress: 40,
      updatedAt: NOW + 4_000,
    });
    expect(await database.store.attempts.latest(job.id)).toMatchObject({ progress: 40 });
    expect(await eventsOf('job.running')).toEqual(['job.running']);
  });

  test.each([
    [33.4, 33],
    [99.6, 100],
    [-5, 0],
    [250, 100],
    [Number.NaN, null],
  ])('progress %d is stored as %d', async (said, stored) => {
    await look(running(said));
    expect(await database.store.jobs.load(job.id)).toMatchObject({ progress: stored });
  });

  test('keeps a job that is to be canceled as canceling', async () => {
    await database.store.jobs.requestCancel(job.workspaceId, job.id, NOW);
    await look(running(10));
    expect(await database.store.jobs.load(job.id)).toMatchObject({
      state: 'canceling',
      progress: 10,
    });
  });

  test.each<[string, FinalVerdict]>([
    ['success', SUCCEEDED],
    ['failure', { state: 'failed', failure: failure('provider_error') }],
    ['cancel', { state: 'canceled' }],
    ['expiry', { state: 'expired' }],
  ])('that finds %s writes it once; no later look changes anything', async (_, verdict) => {
    await look(verdict);
    const before = [await rowOf(attempt.id), await jobRow()];
    expect(await database.store.attempts.latest(job.id)).toMatchObject({ verdict });
    await look({ state: 'failed', failure: failure('provider_lost') }, NOW + 9_000, 'other');
    await look(SUCCEEDED, NOW + 9_000, 'other');
    await look(running(5), NOW + 9_000, 'other');
    expect([await rowOf(attempt.id), await jobRow()]).toEqual(before);
  });

  test('of ten that find different ends at once, one counts', async () => {
    // None that settle turns into another end, as it does a cancel that nobody asked for.
    const verdicts: FinalVerdict[] = [
      SUCCEEDED,
      { state: 'expired' },
      { state: 'failed', failure: failure('provider_error') },
    ];
    await Promise.all(Array.from({ length: 10 }, (_, i) => look(verdicts[i % 3] ?? SUCCEEDED)));
    const found = await database.store.attempts.latest(job.id);
    expect(found?.polls).toBe(1);
    const { job: ended } = await settle(database, job.id);
    expect(ended.state).toBe(found?.verdict?.state);
  });

  test('at an ended job changes nothing that callers see', async () => {
    await settle(database, job.id, { kind: 'failure', failure: failure('timed_out') });
    const before = await jobRow();
    await look(running(90));
    await look(SUCCEEDED);
    expect(await jobRow()).toEqual(before);
    expect(await database.store.attempts.latest(job.id)).toMatchObject({ verdict: SUCCEEDED });
  });

  test('that is refused is remembered from the first of its row on, until one is not', async () => {
    const denied = (code: string) => failure('provider_denied', { provider: { code } });
    const deny = (code: string, since: number) =>
      database.store.attempts.recordDoubt(attempt.id, {
        kind: 'denied',
        failure: denied(code),
        since,
      });
    const denial = async () => (await database.store.attempts.latest(job.id))?.doubt;
    expect(await deny('first', NOW + 1)).toBe(NOW + 1);
    expect(await deny('second', NOW + 2)).toBe(NOW + 1);
    expect(await denial()).toEqual({ kind: 'denied', since: NOW + 1, failure: denied('first') });
    await look(running(10));
    expect(await denial()).toBeUndefined();
    expect(await deny('third', NOW + 3)).toBe(NOW + 3);
    await look(SUCCEEDED);
    const before = await rowOf(attempt.id);
    await deny('fourth', NOW + 4);
    expect(await rowOf(attempt.id)).toEqual(before);
  });

  test('and a settle at the same moment get along', async () => {
    for (let round = 0; round < 10; round += 1) {
      const other = await createdJob(database, newJob(database.workspace));
      const { id } = await acceptedAttempt(database, other);
      await Promise.all([
        ...[running(1), running(50), SUCCEEDED].map((verdict) =>
          database.store.attempts.recordLook(id, {
            verdict,
            reply: isRead ? reply(200, '{}') : undefined,
            now: NOW,
          }),
        ),
        settle(database, other.id, { kind: 'canceled' }),
        settle(database, other.id, { kind: 'canceled' }),
      ]);
      expect(await database.count('usage', other.id)).toBe(1);
    }
  });

  test('stores a verdict whose words Postgres cannot hold, so that the job can end', async () => {
    const said = { code: 'bad\u0000', message: 'half \ud83d of it' };
    await look({ state: 'failed', failure: failure('provider_error', { provider: said }) });
    const { job: ended } = await settle(database, job.id);
    expect(ended).toMatchObject({
      state: 'failed',
      failure: { provider: { code: 'bad\ufffd', message: 'half \ufffd of it' } },
    });
  });
});

describe('the usual time of a model', () => {
  async function finished(model: string, tookMs: number, verdict: FinalVerdict = SUCCEEDED) {
    const other = await createdJob(database, newJob(database.workspace));
    const { id } = await acceptedAttempt(database, other, { model });
    await database.store.attempts.recordLook(id, { verdict, reply: undefined, now: NOW });
    await settle(database, other.id, { kind: 'verdict' }, NOW + 1_000 + tookMs);
  }
  const usual = (model: string) => database.store.attempts.usualMs('paper', model);

  test('is not known before five successes, then their median; failures do not count', async () => {
    for (const tookMs of [10_000, 90_000, 30_000, 50_000]) await finished('m', tookMs);
    for (let i = 0; i < 3; i += 1) await finished('m', 1, { state: 'expired' });
    expect(await usual('m')).toBeUndefined();
    await finished('m', 20_000);
    expect(await usual('m')).toBe(30_000);
    expect(await usual('another')).toBeUndefined();
    expect(await database.store.attempts.usualMs('other', 'm')).toBeUndefined();
  });
});

test('a callback token finds its attempt and no other one', async () => {
  const attempt = newAttempt(job, { callbackTokenHash: `hash-${newId()}` });
  await database.store.attempts.open(attempt);
  const find = async (hash: string) =>
    (await database.store.attempts.watchedByToken(hash))?.attempt;
  expect(await find(attempt.callbackTokenHash)).toMatchObject({ id: attempt.id });
  expect(await find('none')).toBeUndefined();
});

describe('a job of the provider belongs to one attempt', () => {
  const inDoubt = async (channel: string) => {
    const other = await createdJob(database, newJob(await database.makeWorkspace(1_000_000_000n)));
    const attempt = await database.store.attempts.open(newAttempt(other, { channel }));
    if (!attempt) throw new Error('not opened');
    await database.store.attempts.recordSubmit(attempt.id, UNKNOWN, NOW);
    return { other, attempt };
  };
  const idsOf = (taskId: string) =>
    database.sql(`SELECT job_id FROM attempts WHERE operation ->> 'taskId' = $1`, [taskId]);

  test('who names another’s stays in doubt, whoever comes first', async () => {
    const mine = await acceptedAttempt(database, job, { channel: job.id });
    const { attempt } = await inDoubt(job.id);
    const named: SubmitReading = { state: 'accepted', operation: { ...mine.operation } };
    expect(await database.store.attempts.recordSubmit(attempt.id, named, NOW)).toMatchObject({
      state: 'unknown',
      operation: undefined,
    });
    expect(await idsOf(`task-${job.id}`)).toEqual([{ job_id: job.id }]);
    const own: SubmitReading = { state: 'accepted', operation: { taskId: `own-${job.id}` } };
    expect(await database.store.attempts.recordSubmit(attempt.id, own, NOW)).toMatchObject({
      state: 'accepted',
      operation: { taskId: `own-${job.id}` },
    });
  });

  test('of thirty that name one at the same moment one gets it', async () => {
    const doubts = await Promise.all(Array.from({ length: 30 }, () => inDoubt(job.id)));
    const operation = { taskId: `wanted-${job.id}` };
    const heard = await Promise.all(
      doubts.map(({ attempt }) =>
        database.store.attempts.recordSubmit(attempt.id, { state: 'accepted', operation }, NOW),
      ),
    );
    expect(heard.filter(({ state }) => state === 'accepted')).toHaveLength(1);
    expect(heard.filter(({ state }) => state === 'unknown')).toHaveLength(29);
    expect(await idsOf(`wanted-${job.id}`)).toHaveLength(1);
  });

  test('another account may have one of the same name', async () => {
    await acceptedAttempt(database, job, { channel: `a-${job.id}` });
    const { attempt } = await inDoubt(`b-${job.id}`);
    const named: SubmitReading = { state: 'accepted', operation: { taskId: `task-${job.id}` } };
    expect(await database.store.attempts.recordSubmit(attempt.id, named, NOW)).toMatchObject({
      state: 'accepted',
    });
  });
});
