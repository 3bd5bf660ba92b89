import type { JobPricing } from '../../src/core/money/charge';
import { formatPoints, parsePoints } from '../../src/core/money/pricing';
import type { FrozenPrice } from '../../src/core/money/terms';
import { failure } from '../../src/core/errors';
import type { Job } from '../../src/core/job/job';
import type { Usage } from '../../src/core/job/outcome';
import { balanceOf } from '../../src/store/money/ledger';
import {
  NOW,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';
import type { TestWorkspace } from '../support/database';

/** Settle charges what was used, never more than was agreed and the workspace has, and books what it cost. */

const database = useTestDatabase();

const TOKENS: JobPricing = {
  terms: { rates: { perMillionTokens: '250' }, currency: 'points', times: [] },
  used: { seconds: 5, images: 0, inputSeconds: 0, tokens: 100_000 },
  ...{ isFixed: false, overHoldShare: '0.2' },
};
const HOLD = parsePoints('25');
const COST: FrozenPrice = {
  terms: {
    ...{ rates: { perMillionTokens: '7' }, currency: 'USD', accountTimes: '0.9' },
    times: [{ of: 'points', factor: '10' }],
  },
  used: TOKENS.used,
};

async function sent(
  workspace: TestWorkspace,
  pricing: JobPricing,
): Promise<{ job: Job; attempt: string }> {
  const routes = [{ channel: 'first', provider: 'paper', model: 'paper-1', cost: COST }] as const;
  const job = await createdJob(database, newJob(workspace, { price: HOLD, pricing, routes }));
  return { job, attempt: (await acceptedAttempt(database, job)).id };
}

async function settled(points: string, usage: Usage, pricing = TOKENS) {
  const workspace = await database.makeWorkspace(parsePoints(points));
  const { job, attempt } = await sent(workspace, pricing);
  const verdict = { ...SUCCEEDED, usage };
  await database.store.attempts.recordLook(attempt, { verdict, reply: undefined, now: NOW });
  const { job: ended } = await settle(database, job.id);
  const [row] = await database.sql<{ review: string | null }>(
    'SELECT review FROM jobs WHERE id = $1',
    [job.id],
  );
  return {
    ended,
    review: row?.review ?? null,
    balance: await balanceOf(database.db, workspace.id),
  };
}

interface Expected {
  charged: string;
  available: string;
  review: string | null;
}

const ZERO =
  'the provider reported 0 tokens for a finished video, which counts as nothing reported';

const ends: [guarantee: string, points: string, tokens: number, Expected][] = [
  [
    'told as zero: the price as asked for, and a person is told',
    '25',
    0,
    { charged: '25', available: '0', review: ZERO },
  ],
  ['as held', '25', 100_000, { charged: '25', available: '0', review: null }],
  ['less: the rest is released', '25', 40_000, { charged: '10', available: '15', review: null }],
  [
    'a little more, which the workspace has',
    '30',
    110_000,
    { charged: '27.5', available: '2.5', review: null },
  ],
  [
    'three times as much: a fifth of the hold more, and a person is told',
    '1000',
    300_000,
    { charged: '30', available: '970', review: 'used 75 points, charged 30, not charged 45' },
  ],
  [
    'more than the workspace has: the hold, and a person is told',
    '29',
    300_000,
    { charged: '25', available: '4', review: 'used 75 points, charged 25, not charged 50' },
  ],
  [
    'to the last point that the workspace has',
    '30',
    300_000,
    { charged: '30', available: '0', review: 'used 75 points, charged 30, not charged 45' },
  ],
];

test.each(ends)('what was used is %s', async (_guarantee, points, tokens, expected) => {
  const { ended, review, balance } = await settled(points, { tokens });
  expect(ended).toMatchObject({ state: 'succeeded', outputs: SUCCEEDED.outputs });
  expect({
    charged: formatPoints(ended.charged ?? -1n),
    available: formatPoints(balance.available),
    review,
  }).toEqual(expected);
  expect([balance.held, formatPoints(balance.spent)]).toEqual([0n, expected.charged]);
});

test('a fixed price is charged, whatever was used', async () => {
  const { ended, review } = await settled(
    '1000',
    { tokens: 900_000 },
    { ...TOKENS, isFixed: true },
  );
  expect([ended.charged, review]).toEqual([HOLD, null]);
});

test('a share of 0 charges no more than the hold and asks for no balance', async () => {
  const { ended } = await settled('1000', { tokens: 900_000 }, { ...TOKENS, overHoldShare: '0' });
  expect(ended.charged).toBe(HOLD);
});

test('thirty settles at once over one balance never take more than it has', async () => {
  const workspace = await database.makeWorkspace(HOLD * 10n + parsePoints('12'));
  const jobs = await Promise.all(Array.from({ length: 10 }, () => sent(workspace, TOKENS)));
  const verdict = { ...SUCCEEDED, usage: { tokens: 300_000 } };
  for (const { attempt } of jobs) {
    await database.store.attempts.recordLook(attempt, { verdict, reply: undefined, now: NOW });
  }
  const settles = [...jobs, ...jobs, ...jobs].map(({ job }) => settle(database, job.id));
  const charged = (await Promise.all(settles)).filter(({ isNew }) => isNew);
  // Twelve points are two fifths of a hold more, five each.
  expect(charged.filter(({ job }) => job.charged === parsePoints('30'))).toHaveLength(2);
  expect(charged.filter(({ job }) => job.charged === HOLD)).toHaveLength(8);
  const { available, held } = await balanceOf(database.db, workspace.id);
  expect([available, held]).toEqual([parsePoints('2'), 0n]);
});

test('creates and settles that ask for one balance at once wait for each other and never in a circle', async () => {
  const workspace = await database.makeWorkspace(HOLD * 60n);
  const jobs = await Promise.all(Array.from({ length: 12 }, () => sent(workspace, TOKENS)));
  const verdict = { ...SUCCEEDED, usage: { tokens: 110_000 } };
  for (const { attempt } of jobs) {
    await database.store.attempts.recordLook(attempt, { verdict, reply: undefined, now: NOW });
  }
  const all = jobs.flatMap(({ job }) => [settle(database, job.id), sent(workspace, TOKENS)]);
  await Promise.all(all);
  const { available, held, spent } = await balanceOf(database.db, workspace.id);
  expect([held, spent]).toEqual([HOLD * 12n, parsePoints('27.5') * 12n]);
  expect(available + held + spent).toBe(HOLD * 60n);
});

const COLUMNS =
  'cost_points::text AS points, cost_amount::text AS amount, cost_currency AS currency';

test('usage and attempt say what it cost us, by what it is known, and on which channel', async () => {
  const { ended } = await settled('25', { tokens: 100_000 });
  const usage = await database.sql(`SELECT channel, ${COLUMNS} FROM usage WHERE job_id = $1`, [
    ended.id,
  ]);
  const cost = { amount: '0.63', currency: 'USD', points: '6300000' };
  expect(usage).toEqual([{ channel: 'first', ...cost }]);
  const attempts = await database.sql('SELECT cost FROM attempts WHERE job_id = $1', [ended.id]);
  expect(attempts).toEqual([{ cost: { ...cost, by: 'tokens' } }]);
});

test('a job without the provider’s word costs nobody knows what, until its late verdict says it, and is never charged for that', async () => {
  const workspace = await database.makeWorkspace(HOLD);
  const { job, attempt } = await sent(workspace, TOKENS);
  const reason = { kind: 'failure', failure: failure('timed_out') } as const;
  await settle(database, job.id, reason);
  const usage = await database.sql(`SELECT ${COLUMNS} FROM usage WHERE job_id = $1`, [job.id]);
  expect(usage).toEqual([{ points: null, amount: null, currency: null }]);
  const verdict = { ...SUCCEEDED, usage: { tokens: 200_000 } };
  await database.store.attempts.recordLook(attempt, { verdict, reply: undefined, now: NOW + 1 });
  const late = await database.sql(`SELECT ${COLUMNS} FROM late_verdicts WHERE job_id = $1`, [
    job.id,
  ]);
  expect(late).toEqual([{ points: '12600000', amount: '1.26', currency: 'USD' }]);
  const { available, spent } = await balanceOf(database.db, workspace.id);
  expect([available, spent]).toEqual([HOLD, 0n]);
});

test('points that no column holds are not known, and stop no settle', async () => {
  const { ended } = await settled('25', { cost: { amount: '9'.repeat(30), currency: 'USD' } });
  const [usage] = await database.sql(`SELECT ${COLUMNS} FROM usage WHERE job_id = $1`, [ended.id]);
  expect(usage).toEqual({ points: null, amount: '9'.repeat(30), currency: 'USD' });
});
