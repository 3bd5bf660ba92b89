import { failure } from '../../src/core/errors';
import type { Failure } from '../../src/core/errors';
import type { BilledEnds } from '../../src/core/request/capabilities';
import type { Job } from '../../src/core/job/job';
import type { FinalVerdict, Usage } from '../../src/core/job/outcome';
import type { RenderEnd, SettleResult, SettleReason } from '../../src/core/ports/store/jobs';
import {
  NOW,
  PRICE,
  SUCCEEDED,
  WATCH_MIN_MS,
  acceptedAttempt,
  createdJob,
  newAttempt,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';
import type { TestWorkspace } from '../support/database';

/** Settle ends a job once, books the right amount once, and tells the right people once. */

const database = useTestDatabase();
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await database.makeWorkspace(PRICE * 10n);
});

const CALLBACK = { callbackUrl: 'https://example.com/hook' };

async function sentJob(verdict?: FinalVerdict, billed?: BilledEnds): Promise<Job> {
  const job = await createdJob(database, newJob(workspace, CALLBACK));
  const attempt = await acceptedAttempt(database, job, billed ? { billed } : {});
  if (verdict) {
    await database.store.attempts.recordLook(attempt.id, { verdict, reply: undefined, now: NOW });
  }
  return job;
}

async function countsOf(jobId: string): Promise<Record<string, number>> {
  const [ends] = await database.sql<{ n: number }>(
    `SELECT count(*)::int AS n FROM events WHERE job_id = $1 AND type LIKE 'job.ended.%'`,
    [jobId],
  );
  return {
    usage: await database.count('usage', jobId),
    ledger: await database.count('ledger', jobId),
    ends: ends?.n ?? -1,
    deliveries: await database.count('deliveries', jobId),
    keeps: await database.count('keeps', jobId),
  };
}

const ONE_OF_EACH = { usage: 1, ledger: 2, ends: 1, deliveries: 1, keeps: 1 };

describe('however often it runs', () => {
  test('twice: the second changes nothing and returns what the first did', async () => {
    const job = await sentJob(SUCCEEDED);
    const first = await settle(database, job.id);
    const row = await database.sql('SELECT * FROM jobs WHERE id = $1', [job.id]);
    const second = await settle(database, job.id, { kind: 'canceled' }, NOW + 999_999);
    expect(first.isNew).toBe(true);
    expect(second).toEqual({ ...first, isNew: false });
    expect(await database.sql('SELECT * FROM jobs WHERE id = $1', [job.id])).toEqual(row);
    expect(await countsOf(job.id)).toEqual(ONE_OF_EACH);
  });

  test('thirty times at once with every reason: one end, one bill, one message, one story', async () => {
    const job = await sentJob(SUCCEEDED);
    const reasons: SettleReason[] = [
      { kind: 'verdict' },
      { kind: 'canceled' },
      { kind: 'failure', failure: failure('timed_out') },
    ];
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        settle(database, job.id, reasons[index % 3], NOW + index),
      ),
    );
    const [first, ...more] = outcomes.filter(({ isNew }) => isNew);
    expect(more).toEqual([]);
    for (const outcome of outcomes) expect({ ...outcome, isNew: true }).toEqual(first);
    expect(await countsOf(job.id)).toEqual(ONE_OF_EACH);
    expect(await database.store.ledger.balance(workspace.id)).toEqual({
      available: PRICE * 9n,
      held: 0n,
      spent: PRICE,
    });
  });

  test('thirty times at once without a verdict: whichever reason is first stands for all', async () => {
    const job = await createdJob(database, newJob(workspace, CALLBACK));
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        settle(
          database,
          job.id,
          index % 2 === 0
            ? { kind: 'canceled' }
            : { kind: 'failure', failure: failure('timed_out') },
        ),
      ),
    );
    expect(new Set(outcomes.map(({ job: ended }) => ended.state)).size).toBe(1);
    expect(await countsOf(job.id)).toEqual({ ...ONE_OF_EACH, keeps: 0 });
  });

  test('a repeat names only the deliveries and copies that nobody has started', async () => {
    const job = await sentJob(SUCCEEDED);
    const first = await settle(database, job.id);
    expect(first).toMatchObject({ keep: true, deliveryIds: [expect.any(String)] });
    await database.store.sweep.markKeepStarted(job.id, NOW);
    expect(await settle(database, job.id)).toMatchObject({
      keep: false,
      deliveryIds: first.deliveryIds,
    });
    await database.store.sweep.markDeliveryStarted(first.deliveryIds[0] ?? '', NOW);
    expect(await settle(database, job.id)).toMatchObject({ keep: false, deliveryIds: [] });
  });

  test('rendering is for the first only, and a rendering that throws settles nothing', async () => {
    const job = await sentJob(SUCCEEDED);
    const settleWith = (render: RenderEnd): Promise<SettleResult> =>
      database.store.jobs.settle(job.id, { kind: 'verdict' }, NOW, render);
    await expect(
      settleWith(() => {
        throw new Error('the dialect failed');
      }),
    ).rejects.toThrow('the dialect failed');
    expect(await countsOf(job.id)).toEqual({
      usage: 0,
      ledger: 1,
      ends: 0,
      deliveries: 0,
      keeps: 0,
    });
    expect(await database.store.jobs.load(job.id)).toMatchObject({ state: 'queued' });
    const seen: Job[] = [];
    await settleWith(({ job: ended }) => `${seen.push(ended)}`);
    await settleWith(({ job: ended }) => `${seen.push(ended)}`);
    expect(seen).toEqual([await database.store.jobs.load(job.id)]);
  });
});

const FLAGS: BilledEnds[] = [false, true].flatMap((canceled) =>
  [false, true].flatMap((rejected) =>
    [false, true].map((failed) => ({ canceled, rejected, failed })),
  ),
);

interface Case {
  name: string;
  verdict?: FinalVerdict;
  reason?: SettleReason;
  /** A cancel was asked for before. */
  isWished?: true;
  state: Job['state'];
  /** Which flag decides whether the price is charged. */
  paid: keyof BilledEnds | boolean;
  code?: Failure['code'];
  usage?: Usage;
}

const TIMED_OUT: SettleReason = { kind: 'failure', failure: failure('timed_out') };
const SPENT = { tokens: 7, seconds: 0 };

const CASES: Case[] = [
  { name: 'succeeded', verdict: SUCCEEDED, state: 'succeeded', paid: true, usage: SUCCEEDED.usage },
  {
    name: 'succeeded, though we gave up',
    verdict: SUCCEEDED,
    reason: TIMED_OUT,
    state: 'succeeded',
    paid: true,
    usage: SUCCEEDED.usage,
  },
  {
    name: 'succeeded, though a cancel was asked for',
    verdict: SUCCEEDED,
    reason: { kind: 'canceled' },
    state: 'succeeded',
    paid: true,
    usage: SUCCEEDED.usage,
  },
  {
    name: 'failed at the provider',
    verdict: { state: 'failed', failure: failure('provider_error') },
    state: 'failed',
    paid: 'failed',
    code: 'provider_error',
  },
  {
    name: 'failed at the provider after it used something',
    verdict: { state: 'failed', failure: failure('provider_error'), usage: SPENT },
    state: 'failed',
    paid: 'failed',
    code: 'provider_error',
    usage: SPENT,
  },
  {
    name: 'failed at the provider, though we gave up',
    verdict: { state: 'failed', failure: failure('provider_error') },
    reason: TIMED_OUT,
    state: 'failed',
    paid: 'failed',
    code: 'provider_error',
  },
  {
    name: 'rejected',
    verdict: { state: 'failed', failure: failure('content_rejected') },
    state: 'failed',
    paid: 'rejected',
    code: 'content_rejected',
  },
  {
    name: 'canceled by the provider though nobody asked',
    verdict: { state: 'canceled' },
    state: 'expired',
    paid: false,
    code: 'expired',
  },
  {
    name: 'canceled by the provider as we asked',
    verdict: { state: 'canceled' },
    isWished: true,
    state: 'canceled',
    paid: 'canceled',
    code: 'canceled',
  },
  {
    name: 'canceled by the provider as we asked, before it began',
    verdict: { state: 'canceled', unbegun: true },
    isWished: true,
    state: 'canceled',
    paid: false,
    code: 'canceled',
  },
  {
    name: 'expired',
    verdict: { state: 'expired' },
    state: 'expired',
    paid: false,
    code: 'expired',
  },
  { name: 'given up', reason: TIMED_OUT, state: 'failed', paid: false, code: 'timed_out' },
  {
    name: 'never confirmed',
    reason: { kind: 'failure', failure: failure('submission_unknown') },
    state: 'failed',
    paid: false,
    code: 'submission_unknown',
  },
  {
    name: 'canceled before any verdict',
    reason: { kind: 'canceled' },
    state: 'canceled',
    paid: false,
    code: 'canceled',
  },
];

describe.each(CASES)('a job that $name', (row) => {
  const { verdict, reason, isWished, state, paid, code, usage } = row;
  test.each(FLAGS)(
    'is booked once and right where $canceled/$rejected/$failed is billed',
    async (billed) => {
      const job = await sentJob(verdict, billed);
      if (isWished) await database.store.jobs.requestCancel(workspace.id, job.id, NOW);
      const charged = (typeof paid === 'boolean' ? paid : billed[paid]) ? PRICE : 0n;
      const { job: ended, keep } = await settle(database, job.id, reason);
      expect(ended).toMatchObject({ state, charged, price: PRICE, finishedAt: NOW + 60_000 });
      expect(ended.failure?.code).toBe(code);
      expect(ended.outputs).toEqual(state === 'succeeded' ? SUCCEEDED.outputs : []);
      expect(keep).toBe(state === 'succeeded');
      expect(await database.store.ledger.entriesOf(workspace.id, job.id)).toEqual([
        { kind: 'hold', available: -PRICE, held: PRICE, spent: 0n },
        {
          kind: charged > 0n ? 'settle' : 'release',
          available: PRICE - charged,
          held: -PRICE,
          spent: charged,
        },
      ]);
      expect(await database.store.ledger.usageOf(workspace.id, job.id)).toEqual([
        { tokens: usage?.tokens ?? 0, seconds: usage?.seconds ?? 0, charged },
      ]);
      expect(await database.store.ledger.balance(workspace.id)).toEqual({
        available: PRICE * 10n - charged,
        held: 0n,
        spent: charged,
      });
      const events = await database.sql(
        `SELECT type, data FROM events WHERE job_id = $1 AND type LIKE 'job.ended%'`,
        [job.id],
      );
      expect(events).toEqual([{ type: `job.ended.${state}`, data: code ? { code } : {} }]);
    },
  );
});

test('a verdict is not settled on before it is stored', async () => {
  const job = await sentJob();
  await expect(settle(database, job.id, { kind: 'verdict' })).rejects.toThrow(
    'settle was called for a verdict that is not stored',
  );
  expect(await countsOf(job.id)).toMatchObject({ usage: 0, ledger: 1, ends: 0 });
});

test('a job that nobody knows is an error, not an end', async () => {
  await expect(settle(database, workspace.id)).rejects.toThrow(`no job ${workspace.id}`);
});

test('the last attempt decides, whatever came of those before it', async () => {
  const job = await createdJob(database, newJob(workspace));
  const first = await database.store.attempts.open(newAttempt(job));
  await database.store.attempts.recordSubmit(
    first?.id ?? '',
    { state: 'refused', scope: 'channel', failure: failure('provider_busy') },
    NOW,
  );
  const second = await acceptedAttempt(database, job, { number: 2, channel: 'second' });
  await database.store.attempts.recordLook(second.id, {
    verdict: SUCCEEDED,
    reply: undefined,
    now: NOW,
  });
  const { job: ended } = await settle(database, job.id);
  expect(ended).toMatchObject({ state: 'succeeded', channel: 'second' });
});

describe('what it tells', () => {
  test('is the message the dialect made of the ended job, as bytes, to the URL of the job', async () => {
    const job = await sentJob(SUCCEEDED);
    const { deliveryIds } = await settle(database, job.id);
    const found = await database.store.deliveries.get(deliveryIds[0] ?? '', NOW);
    expect(found?.delivery).toMatchObject({
      jobId: job.id,
      url: CALLBACK.callbackUrl,
      contentType: 'application/json',
      state: 'pending',
    });
    expect(JSON.parse(Buffer.from(found?.delivery.body ?? []).toString())).toEqual({
      event: found?.delivery.eventId,
      id: job.id,
      state: 'succeeded',
    });
  });

  test('is nothing for a job that asked for no callback', async () => {
    const job = await createdJob(database, newJob(workspace));
    const { deliveryIds } = await settle(database, job.id, { kind: 'canceled' });
    expect(deliveryIds).toEqual([]);
    expect(await countsOf(job.id)).toMatchObject({ ends: 1, deliveries: 0 });
  });

  test('a free job ends with a row of zeros like every other', async () => {
    const job = await createdJob(database, newJob(workspace, { price: 0n }));
    const attempt = await acceptedAttempt(database, job);
    await database.store.attempts.recordLook(attempt.id, {
      verdict: SUCCEEDED,
      reply: undefined,
      now: NOW,
    });
    await settle(database, job.id);
    expect(await database.store.ledger.entriesOf(workspace.id, job.id)).toEqual([
      { kind: 'hold', available: 0n, held: 0n, spent: 0n },
      { kind: 'settle', available: 0n, held: 0n, spent: 0n },
    ]);
  });

  test('the final reply becomes visible with the end and not before', async () => {
    const job = await createdJob(database, newJob(workspace));
    const attempt = await acceptedAttempt(database, job);
    const reply = (status: number, text: string) => ({
      status,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(text),
    });
    const visible = () =>
      database.sql(
        `SELECT reply_status AS status, reply_body AS body FROM attempts WHERE id = $1`,
        [attempt.id],
      );
    await database.store.attempts.recordLook(attempt.id, {
      verdict: { state: 'running', phase: 'running', progress: 10 },
      reply: reply(200, 'running'),
      now: NOW,
    });
    await database.store.attempts.recordLook(attempt.id, {
      verdict: SUCCEEDED,
      reply: reply(201, 'done'),
      now: NOW,
    });
    expect(await visible()).toEqual([{ status: 200, body: Buffer.from('running') }]);
    await settle(database, job.id);
    expect(await visible()).toEqual([{ status: 201, body: Buffer.from('done') }]);
  });
});

test.each<[code: Failure['code'], isAccepted: boolean, isWatched: boolean]>([
  ['timed_out', true, true],
  ['submission_unknown', false, true],
  ['provider_denied', true, true],
  ['provider_denied', false, false],
  ['provider_busy', false, false],
])('%s with an accepted attempt: %s; is it watched for a late word: %s', async (...row) => {
  const [code, isAccepted, isWatched] = row;
  const job = await createdJob(database, newJob(workspace));
  if (isAccepted) await acceptedAttempt(database, job);
  await settle(database, job.id, { kind: 'failure', failure: failure(code) });
  const [{ watched } = {}] = await database.sql<{ watched?: boolean }>(
    'SELECT watched_until IS NOT NULL AS watched FROM jobs WHERE id = $1',
    [job.id],
  );
  expect(watched).toBe(isWatched);
});

test('a job that was given up is watched for one more deadline and no longer, once per pause', async () => {
  const deadlineMs = 600_000;
  const job = await givenUp({ deadlineMs });
  const { takeLate } = database.store.sweep;
  const isDue = async (at: number, pauseMs = 0): Promise<boolean> =>
    (await takeLate(at, pauseMs, 100)).some(({ jobId }) => jobId === job.id);
  expect(await isDue(NOW + deadlineMs - 2_000)).toBe(true);
  expect(await isDue(NOW + deadlineMs - 1_000, 60_000)).toBe(false);
  expect(await isDue(NOW + deadlineMs - 1)).toBe(true);
  expect(await isDue(NOW + deadlineMs)).toBe(false);
});

test('a deadline of seconds leaves a watch that is long enough to be looked after', async () => {
  await givenUp({ deadlineMs: 10 });
  const late = (at: number) => database.store.sweep.takeLate(at, 0, 100);
  expect(await late(NOW + WATCH_MIN_MS - 1)).toHaveLength(1);
  expect(await late(NOW + WATCH_MIN_MS)).toHaveLength(0);
});

/** A job that was accepted and timed out now. */
async function givenUp({ deadlineMs }: { deadlineMs: number }): Promise<Job> {
  const job = await createdJob(database, newJob(workspace, { deadlineAt: NOW + deadlineMs }));
  await acceptedAttempt(database, job);
  await settle(database, job.id, { kind: 'failure', failure: failure('timed_out') }, NOW);
  return job;
}

const REPORTS: [string, Usage, { tokens: number; seconds: number }][] = [
  ['half tokens', { tokens: 10.5, seconds: 2.5 }, { tokens: 11, seconds: 2.5 }],
  ['fewer than none', { tokens: -3, seconds: -1 }, { tokens: 0, seconds: 0 }],
  ['more than can be counted', { tokens: 1e300 }, { tokens: Number.MAX_SAFE_INTEGER, seconds: 0 }],
  ['no number at all', { tokens: Number.NaN, seconds: Number.NaN }, { tokens: 0, seconds: 0 }],
  ['nothing', {}, { tokens: 0, seconds: 0 }],
];

test.each(REPORTS)(
  'a provider that reports %s cannot keep its job from ending',
  async (_, usage, booked) => {
    const job = await sentJob({ ...SUCCEEDED, usage });
    const { job: ended } = await settle(database, job.id);
    expect(ended).toMatchObject({ state: 'succeeded', charged: PRICE });
    expect(await database.store.ledger.usageOf(workspace.id, job.id)).toEqual([
      { ...booked, charged: PRICE },
    ]);
  },
);

test.each(REPORTS)(
  'and %s that is heard late is booked in the same way',
  async (_, usage, booked) => {
    const job = await createdJob(database, newJob(workspace));
    const { id } = await acceptedAttempt(database, job);
    await settle(database, job.id, { kind: 'failure', failure: failure('timed_out') });
    const verdict = { ...SUCCEEDED, usage };
    await database.store.attempts.recordLook(id, { verdict, reply: undefined, now: NOW });
    const [late] = await database.sql(
      'SELECT tokens, seconds FROM late_verdicts WHERE job_id = $1',
      [job.id],
    );
    expect({ tokens: Number(late?.['tokens']), seconds: late?.['seconds'] }).toEqual(booked);
  },
);
