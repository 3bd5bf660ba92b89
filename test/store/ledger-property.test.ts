import fc from 'fast-check';
import { failure } from '../../src/core/errors';
import { newId } from '../../src/core/job/ids';
import type { LedgerFault } from '../../src/core/money/ledger-check';
import type { AdminRows } from '../../src/core/ports/store/admin';
import { formatPoints } from '../../src/core/money/pricing';
import type { NewJob, SettleReason } from '../../src/core/ports/store/jobs';
import type { FinalVerdict } from '../../src/core/job/outcome';
import {
  NOW,
  SUCCEEDED,
  acceptedAttempt,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';
import type { TestWorkspace } from '../support/database';

/**
 * Whatever is created, ended, given back, booked and expires, in whatever order, at once and again: the check of the
 * ledger finds nothing, and nobody has less than nothing at any time. A run that fails prints its seed and its shortest
 * story.
 */

const database = useTestDatabase(1n);

const JOBS = 4;
const HOUR = 3_600_000;

/** Jobs and bookings go by small numbers, so that most stories meet the same ones again. */
type Step =
  | { kind: 'create'; job: number; price: number }
  | { kind: 'advance'; job: number; verdict: FinalVerdict }
  | { kind: 'accept'; job: number; isBilled: boolean }
  | { kind: 'verdict'; job: number; verdict: FinalVerdict }
  | { kind: 'settle'; job: number; reason: SettleReason }
  | { kind: 'cancel'; job: number }
  | { kind: 'refund'; job: number; amount: number | null; booking: number }
  | { kind: 'adjust'; amount: number; booking: number }
  | { kind: 'topUp'; amount: number; endsIn: number | null; booking: number }
  | { kind: 'expire'; after: number }
  | { kind: 'checkpoint'; limit: number };

const job = fc.nat(JOBS - 1);
const booking = fc.nat(5);
/** A job is held for so many tokens: its provider may count fewer, a few more, or three times as many. */
const TOKENS = 100_000;
const VERDICTS: FinalVerdict[] = [
  ...[TOKENS, 40_000, 120_000, 300_000].map((tokens) => ({ ...SUCCEEDED, usage: { tokens } })),
  { state: 'failed', failure: failure('provider_error'), usage: { tokens: 12 } },
  { state: 'failed', failure: failure('content_rejected') },
  { state: 'canceled' },
  { state: 'expired' },
];
const REASONS: SettleReason[] = [
  { kind: 'verdict' },
  { kind: 'canceled' },
  { kind: 'unstarted' },
  { kind: 'failure', failure: failure('timed_out') },
  { kind: 'failure', failure: failure('submission_unknown') },
];

const weighted = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
const stepOf = <Kind extends Step['kind']>(
  kind: Kind,
  rest: { [Name in Exclude<keyof Extract<Step, { kind: Kind }>, 'kind'>]: fc.Arbitrary<unknown> },
) =>
  // The record has exactly the fields of its kind.
  fc.record({ kind: fc.constant(kind), ...rest }) as unknown as fc.Arbitrary<Step>;

const step: fc.Arbitrary<Step> = fc.oneof(
  weighted(6, stepOf('create', { job, price: fc.nat(40) })),
  weighted(12, stepOf('advance', { job, verdict: fc.constantFrom(...VERDICTS) })),
  weighted(2, stepOf('accept', { job, isBilled: fc.boolean() })),
  weighted(2, stepOf('verdict', { job, verdict: fc.constantFrom(...VERDICTS) })),
  weighted(3, stepOf('settle', { job, reason: fc.constantFrom(...REASONS) })),
  weighted(1, stepOf('cancel', { job })),
  weighted(
    4,
    stepOf('refund', {
      ...{ job, booking },
      amount: fc.option(fc.integer({ min: 1, max: 30 })),
    }),
  ),
  weighted(3, stepOf('adjust', { booking, amount: fc.integer({ min: -60, max: 20 }) })),
  weighted(
    3,
    stepOf('topUp', {
      booking,
      amount: fc.integer({ min: 1, max: 40 }),
      endsIn: fc.option(fc.integer({ min: 1, max: 3 })),
    }),
  ),
  weighted(3, stepOf('expire', { after: fc.integer({ min: 1, max: 3 }) })),
  weighted(2, stepOf('checkpoint', { limit: fc.integer({ min: 1, max: 12 }) })),
);
/** Steps of one round happen at once. */
const story = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), {
  minLength: 5,
  maxLength: 30,
});

/** One ordinary life for each end, so that no run depends on luck to reach it. */
const LIVES: [Step[][]][] = VERDICTS.map((verdict) => {
  const advance: Step = { kind: 'advance', job: 0, verdict };
  const refund: Step = { kind: 'refund', job: 0, amount: null, booking: 0 };
  return [[[{ kind: 'create', job: 0, price: 9 }], [advance], [advance], [advance], [refund]]];
});

/** One story of everything else that a run must have seen, a step after the other. */
const TURNS: [Step[][]] = (() => {
  const create: Step = { kind: 'create', job: 0, price: 8 };
  const settled: Step = { kind: 'settle', job: 0, reason: { kind: 'verdict' } };
  const refund: Step = { kind: 'refund', job: 0, amount: 30, booking: 0 };
  const steps: Step[] = [
    ...[create, create, { ...create, price: 9 }],
    { kind: 'adjust', amount: -45, booking: 1 },
    { kind: 'create', job: 1, price: 40 },
    { kind: 'accept', job: 0, isBilled: true },
    { ...settled, reason: { kind: 'failure', failure: failure('timed_out') } },
    { kind: 'verdict', job: 0, verdict: SUCCEEDED },
    ...[settled, refund],
    { kind: 'topUp', amount: 5, endsIn: 1, booking: 2 },
    { kind: 'expire', after: 2 },
  ];
  return [steps.map((taken) => [taken])];
})();

/** What a job is billed by that holds so many micro-points. */
const byTokens = (price: bigint): NewJob['pricing'] => ({
  // A tenth of a million tokens is held.
  terms: {
    rates: { perMillionTokens: formatPoints(price * 10n) },
    ...{ currency: 'points', times: [] },
  },
  used: { seconds: 5, images: 0, inputSeconds: 0, tokens: TOKENS },
  ...{ isFixed: false, overHoldShare: '0.2' },
});

interface World {
  workspace: TestWorkspace;
  ids: readonly string[];
  /** What happened at all, so that no run says nothing. */
  seen: Set<string>;
}

async function take(world: World, taken: Step): Promise<void> {
  const { store } = database;
  const { workspace } = world;
  const id = 'job' in taken ? (world.ids[taken.job] ?? '') : '';
  switch (taken.kind) {
    case 'create': {
      // The same key and price for each job: a second one is a repeat, or another request under its key.
      const idempotency = { key: id, route: 'POST', fingerprint: String(taken.price % 2) };
      const price = BigInt(taken.price);
      const created = await store.jobs.create(
        newJob(workspace, { id, price, pricing: byTokens(price), idempotency }),
      );
      world.seen.add(created.kind);
      return;
    }
    case 'advance': {
      const attempt = await store.attempts.latest(id);
      const next: Step = !attempt
        ? { ...taken, kind: 'accept', isBilled: true }
        : attempt.verdict
          ? { ...taken, kind: 'settle', reason: { kind: 'verdict' } }
          : { ...taken, kind: 'verdict' };
      return take(world, next);
    }
    case 'accept': {
      const row = await store.jobs.load(id);
      if (!row || row.finishedAt !== undefined || (await store.attempts.latest(id))) return;
      const billed = { canceled: taken.isBilled, rejected: taken.isBilled, failed: taken.isBilled };
      // Another of the same round may have been first.
      await acceptedAttempt(database, row, { billed }).catch(() => undefined);
      return;
    }
    case 'verdict': {
      const attempt = await store.attempts.latest(id);
      const row = await store.jobs.load(id);
      if (attempt?.state !== 'accepted') return;
      // Where a job was not given up, its end waits for the verdict, as the workflow does.
      if (row?.finishedAt !== undefined) world.seen.add('late');
      const look = { verdict: taken.verdict, reply: undefined, now: NOW };
      await store.attempts.recordLook(attempt.id, look);
      return;
    }
    case 'settle':
      await settleOrNot(world, id, taken.reason);
      return;
    case 'cancel':
      await store.jobs.requestCancel(workspace.id, id, NOW);
      return;
    case 'refund': {
      const row = await store.jobs.load(id);
      if (row?.charged === undefined) return;
      await book(world, `refund:${String(taken.booking)}`, (rows, common) =>
        rows.refund({
          ...{ ...common, jobId: id, note: 'n' },
          amount: taken.amount === null ? undefined : BigInt(taken.amount),
        }),
      );
      return;
    }
    case 'adjust': {
      if (taken.amount === 0) return;
      const amount = BigInt(taken.amount);
      await book(world, `adjust:${String(taken.booking)}`, (rows, common) =>
        rows.adjust({ ...common, amount, note: 'n' }),
      );
      return;
    }
    case 'topUp': {
      const expiresAt = taken.endsIn === null ? null : NOW + taken.endsIn * HOUR;
      await book(world, `top-up:${String(taken.booking)}`, (rows, common) =>
        rows.topUp({ ...common, amount: BigInt(taken.amount), expiresAt, note: null }),
      );
      return;
    }
    case 'expire': {
      const now = NOW + taken.after * HOUR;
      for (const due of await store.ledger.dueTopUps(now, 1_000)) {
        if (await store.ledger.expire(due, now)) world.seen.add('expire');
      }
      return;
    }
    case 'checkpoint':
      await store.ledger.checkpoint(NOW, taken.limit);
  }
}

/** Books as the admin API does: once under its key, whatever is asked under it again. */
async function book(
  { workspace, seen }: World,
  key: string,
  make: (
    rows: AdminRows,
    common: { workspaceId: string; idempotencyKey: string; byKeyId: null; now: number },
  ) => Promise<{ kind: string }>,
): Promise<void> {
  const idempotency = { key: `${workspace.id} ${key}`, route: 'POST', fingerprint: 'any' };
  await database.store.admin.once(
    { workspaceId: database.workspace.id, idempotency, now: NOW },
    async (rows) => {
      const common = { workspaceId: workspace.id, idempotencyKey: key, byKeyId: null, now: NOW };
      const made = await make(rows, common);
      seen.add(made.kind);
      return { status: 201 };
    },
  );
}

/** A job that nobody gave up is settled by its verdict only, as the workflow does; it may be settled any number of times. */
async function settleOrNot({ seen }: World, id: string, reason: SettleReason): Promise<void> {
  const [row, attempt] = [
    await database.store.jobs.load(id),
    await database.store.attempts.latest(id),
  ];
  if (!row) return;
  const isHeard = attempt?.state === 'accepted' && reason.kind !== 'failure';
  if (isHeard && !attempt.verdict) return;
  await settle(database, id, reason)
    .then(({ isNew, job: { state, charged = 0n, price } }) => {
      seen.add(isNew ? state : 'settled again');
      if (charged > price) seen.add('above the hold');
      if (state === 'succeeded' && charged < price) seen.add('below the hold');
    })
    .catch((error: Error) => {
      expect(error.message).toBe('settle was called for a verdict that is not stored');
    });
}

async function nobodyBelowZero({ workspace }: World): Promise<void> {
  const { available, held } = await database.store.ledger.balance(workspace.id);
  expect(available).toBeGreaterThanOrEqual(0n);
  expect(held).toBeGreaterThanOrEqual(0n);
}

/** Faults of runs before this one, which stay in the database: a shorter story is tried for its own. */
let known: readonly LedgerFault[] = [];

async function nothingNew(): Promise<void> {
  const asked = { endsBy: Infinity, now: Date.now, limit: 1_000 };
  const report = await database.store.ledger.check(asked);
  if (!report) throw new Error('another check is under way');
  const before = known;
  known = report.faults;
  expect(report.faults).toEqual(before);
}

test('in any order, at once and again, the ledger holds and nobody has less than nothing', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(story, async (rounds) => {
      const workspace = await database.makeWorkspace(60n);
      const world = { workspace, ids: Array.from({ length: JOBS }, newId), seen };
      for (const round of rounds) {
        await Promise.all(round.map((taken) => take(world, taken)));
        await nobodyBelowZero(world);
      }
      await nothingNew();
    }),
    { numRuns: 49, examples: [...LIVES, TURNS] },
  );
  // Or the stories would be too short to say anything.
  expect([...seen].sort()).toEqual(
    [
      ...['created', 'replayed', 'mismatch', 'insufficient'],
      ...['succeeded', 'failed', 'canceled', 'expired', 'settled again', 'late'],
      ...['refund', 'adjust', 'top_up', 'expire', 'too_much', 'above the hold', 'below the hold'],
    ].sort(),
  );
}, 240_000);
