import { failure } from '../../src/core/errors';
import { decide } from '../../src/core/job/decide-end';
import type { OpenJob } from '../../src/core/job/decide-end';
import type { FinalVerdict, Usage } from '../../src/core/job/outcome';
import { chargedMost, uncollectedText } from '../../src/core/money/charge';
import type { Cost, JobPricing } from '../../src/core/money/charge';
import type { EndedAttempt } from '../../src/core/money/end-cost';
import { parsePoints } from '../../src/core/money/pricing';
import type { FrozenPrice, Terms } from '../../src/core/money/terms';

/** The bill is the frozen price with what was used in fact; the cost is told by the best that is known of it. */

const APPLIED = { seconds: 15, images: 0, inputSeconds: 0, tokens: 100_000 };
const SECONDS: Terms = { rates: { perSecond: '2' }, currency: 'points', times: [] };
const TOKENS: Terms = { rates: { perMillionTokens: '300' }, currency: 'points', times: [] };
const BESIDE_VIDEO: Terms = {
  ...SECONDS,
  rates: { perSecond: '1', perInputSecond: '1' },
};
const WITH_VIDEO = { used: { ...APPLIED, inputSeconds: 15 } };
const LISTED_TOKENS: Terms = {
  rates: { perMillionTokens: '10' },
  currency: 'USD',
  times: [
    { of: 'points', factor: '100' },
    { of: 'margin', factor: '1.5' },
  ],
};
const LISTED_UNITS: Terms = {
  rates: { perSecond: '0.6' },
  perUnit: '0.14',
  currency: 'USD',
  times: [{ of: 'points', factor: '100' }],
};

const priced = (terms: Terms, change: Partial<JobPricing> = {}): JobPricing => ({
  terms,
  used: APPLIED,
  isFixed: false,
  overHoldShare: '0.2',
  ...change,
});

const succeeded = (usage: Usage): FinalVerdict => ({ state: 'succeeded', outputs: [], usage });
const BILLS_NONE = { canceled: false, rejected: false, failed: false };

function attempt(verdict: FinalVerdict | undefined, change: Partial<EndedAttempt> = {}) {
  const accepted: EndedAttempt = {
    ...{ state: 'accepted', verdict, billed: BILLS_NONE, cost: undefined, isLengthOpen: false },
  };
  return { ...accepted, ...change };
}

const HOLD = parsePoints('30');
const job = (pricing: JobPricing | null, change: Partial<OpenJob> = {}): OpenJob => ({
  ...{ price: HOLD, pricing, ruling: null, isLengthOpen: false, isCancelWished: false, ...change },
});

interface Bill {
  pricing: JobPricing | null;
  usage: Usage;
  isLengthOpen?: true;
  points: string;
  review?: string;
}

const ZERO = (counts: string): string =>
  `the provider reported ${counts} for a finished video, which counts as nothing reported`;

const bills: [guarantee: string, bill: Bill][] = [
  ['nothing reported: what was asked for', { pricing: priced(SECONDS), usage: {}, points: '30' }],
  [
    'reported seconds of a length that was asked for change nothing',
    { pricing: priced(SECONDS), usage: { seconds: 5 }, points: '30' },
  ],
  [
    'reported seconds of a length that was left to the model are the bill',
    { pricing: priced(SECONDS), usage: { seconds: 5 }, isLengthOpen: true, points: '10' },
  ],
  [
    'a length that was left to the model and not reported is the longest',
    { pricing: priced(SECONDS), usage: {}, isLengthOpen: true, points: '30' },
  ],
  [
    'counted seconds of input videos take the place of the most that was held',
    { pricing: priced(BESIDE_VIDEO, WITH_VIDEO), usage: { inputSeconds: 6 }, points: '21' },
  ],
  [
    'seconds of input videos that nobody counted, or counted as none, are the most that was held',
    {
      ...{ pricing: priced(BESIDE_VIDEO, WITH_VIDEO), usage: { inputSeconds: 0 }, points: '30' },
      review: ZERO('0 seconds of its inputs'),
    },
  ],
  [
    'seconds of inputs that were never held are not billed',
    { pricing: priced(BESIDE_VIDEO), usage: { inputSeconds: 6 }, points: '15' },
  ],
  ['reported tokens', { pricing: priced(TOKENS), usage: { tokens: 50_000 }, points: '15' }],
  [
    'no tokens of a finished video say nothing, and a person looks',
    {
      ...{ pricing: priced(TOKENS), usage: { tokens: 0 }, points: '30' },
      review: ZERO('0 tokens'),
    },
  ],
  [
    'no units of a finished video say nothing, and no money beside them neither',
    {
      ...{ pricing: priced(LISTED_UNITS), points: '126' },
      usage: { units: '0.00', cost: { amount: '0', currency: 'USD' } },
      review: ZERO('0 units and 0 money'),
    },
  ],
  [
    'no seconds of a length that was left to the model say nothing',
    {
      ...{ pricing: priced(SECONDS), usage: { seconds: 0 }, isLengthOpen: true, points: '30' },
      review: ZERO('0 seconds'),
    },
  ],
  [
    'money decides where tokens are none',
    {
      pricing: priced(LISTED_TOKENS),
      usage: { tokens: 0, cost: { amount: '0.2', currency: 'USD' } },
      points: '30',
      review: ZERO('0 tokens'),
    },
  ],
  [
    'no tokens of a price that has none are nothing to look at',
    { pricing: priced(SECONDS), usage: { tokens: 0 }, points: '30' },
  ],
  [
    'tokens below zero say nothing',
    { pricing: priced(TOKENS), usage: { tokens: -7 }, points: '30' },
  ],
  [
    'tokens of a price that has none say nothing',
    { pricing: priced(SECONDS), usage: { tokens: 50_000 }, points: '30' },
  ],
  [
    'reported units in the place of every rate',
    { pricing: priced(LISTED_UNITS), usage: { units: '1.8' }, points: '25.2' },
  ],
  [
    'units beside money that are none say nothing, and money of no named currency neither',
    {
      pricing: priced(LISTED_UNITS),
      usage: { units: '0', cost: { amount: '0.2' } },
      points: '126',
    },
  ],
  [
    "reported money in the list price's currency, where nothing else decides",
    {
      pricing: priced(LISTED_UNITS),
      usage: { cost: { amount: '0.2', currency: 'USD' } },
      points: '20',
    },
  ],
  [
    'tokens before money',
    {
      pricing: priced(LISTED_TOKENS),
      usage: { tokens: 50_000, cost: { amount: '9', currency: 'USD' } },
      points: '75',
    },
  ],
  [
    'money in another currency says nothing',
    {
      pricing: priced(LISTED_UNITS),
      usage: { cost: { amount: '0.2', currency: 'CNY' } },
      points: '126',
    },
  ],
  [
    'money says nothing of a price in points',
    {
      pricing: priced(SECONDS),
      usage: { cost: { amount: '0.2', currency: 'points' } },
      points: '30',
    },
  ],
  [
    'a fixed price stays, whatever is reported',
    { pricing: priced(TOKENS, { isFixed: true }), usage: { tokens: 900_000 }, points: '30' },
  ],
  [
    'a job of an older release costs its price',
    { pricing: null, usage: { tokens: 900_000 }, points: '30' },
  ],
];

test.each(bills)('%s', (_guarantee, { pricing, usage, isLengthOpen = false, points, review }) => {
  const end = decide(job(pricing, { isLengthOpen }), attempt(succeeded(usage)), {
    kind: 'verdict',
  });
  expect([end.used, end.review]).toEqual([parsePoints(points), review]);
});

const FAILED: FinalVerdict = { state: 'failed', failure: failure('provider_error') };
const REJECTED: FinalVerdict = { state: 'failed', failure: failure('content_rejected') };
const UNDELIVERED: FinalVerdict = {
  ...{ state: 'failed', failure: failure('result_unreadable'), undelivered: true },
  usage: { tokens: 100_000 },
};

const COSTS: FrozenPrice = {
  terms: { ...LISTED_TOKENS, times: [{ of: 'points', factor: '100' }], accountTimes: '0.9' },
  used: APPLIED,
};
const IN_UNITS: FrozenPrice = { terms: LISTED_UNITS, used: APPLIED };
const NO_POINTS: FrozenPrice = { terms: { ...LISTED_UNITS, times: [] }, used: APPLIED };
const NOTHING: Cost = { amount: '0', points: 0n, by: 'end' };
const cost = (amount: string, points: string, by: Cost['by']): Cost => ({
  ...{ currency: 'USD', amount, points: parsePoints(points), by },
});

const BILLED_CANCEL = { cost: COSTS, billed: { ...BILLS_NONE, canceled: true } };
const costs: [string, EndedAttempt | undefined, used: string, Cost | undefined][] = [
  ['no attempt', undefined, '0', NOTHING],
  ['a refused submit', attempt(undefined, { state: 'refused', cost: COSTS }), '0', NOTHING],
  ['no word of the provider', attempt(undefined, { cost: COSTS }), '0', undefined],
  ['nobody knows the list price', attempt(succeeded({})), '30', undefined],
  [
    'nothing reported, by what was asked for and what the account pays of it',
    attempt(succeeded({}), { cost: COSTS }),
    '30',
    cost('0.9', '90', 'applied'),
  ],
  [
    'tokens',
    attempt(succeeded({ tokens: 50_000 }), { cost: COSTS }),
    '15',
    cost('0.45', '45', 'tokens'),
  ],
  [
    'no tokens of a finished video, which say nothing',
    attempt(succeeded({ tokens: 0 }), { cost: COSTS }),
    '30',
    cost('0.9', '90', 'applied'),
  ],
  [
    'no tokens of a failure that is billed, which are none',
    attempt(
      { ...FAILED, usage: { tokens: 0 } },
      { cost: COSTS, billed: { ...BILLS_NONE, failed: true } },
    ),
    '0',
    cost('0', '0', 'tokens'),
  ],
  [
    'units',
    attempt(succeeded({ units: '1.8' }), { cost: IN_UNITS }),
    '30',
    cost('0.252', '25.2', 'units'),
  ],
  [
    'money before units, as it is taken',
    attempt(succeeded({ units: '1.8', cost: { amount: '0.1', currency: 'USD' } }), {
      cost: IN_UNITS,
    }),
    '30',
    cost('0.1', '10', 'money'),
  ],
  [
    'money of no named currency has no points',
    attempt(succeeded({ units: '0', cost: { amount: '0.1' } }), { cost: IN_UNITS }),
    '30',
    { amount: '0.1', points: null, by: 'money' },
  ],
  [
    'a currency whose worth in points nobody has said',
    attempt(succeeded({ units: '1.8' }), { cost: NO_POINTS }),
    '30',
    { currency: 'USD', amount: '0.252', points: null, by: 'units' },
  ],
  ['a failure that is not billed', attempt(FAILED, { cost: COSTS }), '0', NOTHING],
  [
    'a failure that is billed is charged and paid',
    attempt(FAILED, { cost: COSTS, billed: { ...BILLS_NONE, failed: true } }),
    '30',
    cost('0.9', '90', 'applied'),
  ],
  [
    'a rejection is not a failure',
    attempt(REJECTED, { cost: COSTS, billed: { ...BILLS_NONE, failed: true } }),
    '0',
    NOTHING,
  ],
  [
    'a result that is no video is our cost and no charge',
    attempt(UNDELIVERED, { cost: COSTS, billed: { ...BILLS_NONE, failed: true } }),
    '0',
    cost('0.9', '90', 'tokens'),
  ],
  [
    'a failure for which the provider tells a charge is our cost',
    attempt({ ...FAILED, usage: { units: '1' } }, { cost: IN_UNITS }),
    '0',
    cost('0.14', '14', 'units'),
  ],
  [
    'a cancel that is billed and that nobody asked for is our cost and no charge',
    attempt({ state: 'canceled' }, BILLED_CANCEL),
    '0',
    cost('0.9', '90', 'applied'),
  ],
  [
    'a cancel before it began costs nobody anything',
    attempt({ state: 'canceled', unbegun: true }, BILLED_CANCEL),
    '0',
    NOTHING,
  ],
  ['an expired job', attempt({ state: 'expired' }, { cost: COSTS }), '0', NOTHING],
];

test.each(costs)('the cost of an end: %s', (_guarantee, ended, used, expected) => {
  const reason = { kind: 'failure', failure: failure('timed_out') } as const;
  const end = decide(job(priced(TOKENS)), ended, ended?.verdict ? { kind: 'verdict' } : reason);
  expect([end.used, end.cost]).toEqual([parsePoints(used), expected]);
});

test('a cancel that was asked for is charged where the provider charges it', () => {
  const wished = job(priced(TOKENS), { isCancelWished: true });
  const endOf = (verdict: FinalVerdict) =>
    decide(wished, attempt(verdict, BILLED_CANCEL), { kind: 'verdict' });
  expect(endOf({ state: 'canceled' })).toMatchObject({ state: 'canceled', used: HOLD });
  expect(endOf({ state: 'canceled', unbegun: true })).toMatchObject({
    state: 'canceled',
    used: 0n,
  });
});

test('a job is charged no more than its hold and the share of it, rounded down', () => {
  expect(chargedMost(HOLD, '0.2')).toBe(parsePoints('36'));
  expect(chargedMost(7n, '0.2')).toBe(8n);
  expect(chargedMost(7n, '0')).toBe(7n);
});

test('a person is told what was used, charged and not charged, and nothing where all was', () => {
  expect(uncollectedText(parsePoints('90'), parsePoints('36'))).toBe(
    'used 90 points, charged 36, not charged 54',
  );
  expect(uncollectedText(HOLD, HOLD)).toBeUndefined();
});
