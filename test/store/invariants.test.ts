import fc from 'fast-check';
import { failure } from '../../src/core/errors';
import { newId } from '../../src/core/job/ids';
import { isTerminal } from '../../src/core/job/job';
import type { Job } from '../../src/core/job/job';
import { isFinal } from '../../src/core/job/outcome';
import type { Verdict } from '../../src/core/job/outcome';
import type { SubmitReading } from '../../src/core/provider/provider';
import type { Attempt } from '../../src/core/provider/attempt';
import type { SettleReason } from '../../src/core/ports/store/jobs';
import { NOW, SUCCEEDED, newAttempt, newJob, settle, useTestDatabase } from '../support/database';
import type { TestWorkspace } from '../support/database';

/**
 * Whatever happens to a handful of jobs in whatever order, also at once and again: the books balance, a job ends at
 * most once, and what has ended never changes.
 */

const database = useTestDatabase(1n);

const JOBS = 5;
const START = 100n;

type Step = { job: number } & (
  | { kind: 'advance'; verdict: Verdict }
  | { kind: 'create'; price: number }
  | { kind: 'open'; billed: [boolean, boolean, boolean]; number: number }
  | { kind: 'reopen' }
  | { kind: 'submit'; reading: SubmitReading }
  | { kind: 'look'; verdict: Verdict }
  | { kind: 'cancel' }
  | { kind: 'settle'; reason: SettleReason }
  | { kind: 'delete' }
  | { kind: 'checkpoint'; limit: number }
  | { kind: 'topUp'; amount: number }
);

const ACCEPTED: SubmitReading = { state: 'accepted', operation: { taskId: 'a' } };
const READINGS: SubmitReading[] = [
  ACCEPTED,
  { state: 'accepted', operation: { taskId: 'b' } },
  { state: 'refused', scope: 'retry', failure: failure('provider_busy') },
  { state: 'refused', scope: 'final', failure: failure('invalid_input') },
  { state: 'unknown', detail: 'timeout' },
];
const VERDICTS: Verdict[] = [
  { state: 'running', phase: 'queued', progress: null },
  { state: 'running', phase: 'running', progress: 33.3 },
  SUCCEEDED,
  { state: 'failed', failure: failure('provider_error') },
  { state: 'failed', failure: failure('content_rejected') },
  { state: 'canceled' },
  { state: 'expired' },
];
const REASONS: SettleReason[] = [
  { kind: 'verdict' },
  { kind: 'canceled' },
  { kind: 'failure', failure: failure('timed_out') },
  { kind: 'failure', failure: failure('submission_unknown') },
];

const stepOf = <Kind extends Step['kind']>(
  kind: Kind,
  rest: Record<string, fc.Arbitrary<unknown>> = {},
) =>
  // The records below have exactly the fields of their kind.
  fc.record({
    job: fc.nat(JOBS - 1),
    kind: fc.constant(kind),
    ...rest,
  }) as unknown as fc.Arbitrary<Step>;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 16, arbitrary: stepOf('advance', { verdict: fc.constantFrom(...VERDICTS) }) },
  { weight: 4, arbitrary: stepOf('create', { price: fc.nat(40) }) },
  {
    weight: 4,
    arbitrary: stepOf('open', {
      billed: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      number: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: stepOf('reopen') },
  { weight: 5, arbitrary: stepOf('submit', { reading: fc.constantFrom(...READINGS) }) },
  { weight: 5, arbitrary: stepOf('look', { verdict: fc.constantFrom(...VERDICTS) }) },
  { weight: 2, arbitrary: stepOf('cancel') },
  { weight: 3, arbitrary: stepOf('settle', { reason: fc.constantFrom(...REASONS) }) },
  { weight: 1, arbitrary: stepOf('delete') },
  { weight: 1, arbitrary: stepOf('checkpoint', { limit: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 1, arbitrary: stepOf('topUp', { amount: fc.integer({ min: 1, max: 30 }) }) },
);
/** Steps of one round happen at once. */
const story = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), {
  minLength: 5,
  maxLength: 25,
});

/** One ordinary life for each end, so that no run depends on luck to reach it. */
const LIVES: [Step[][]][] = VERDICTS.filter(isFinal).map((verdict) => [
  Array.from({ length: 5 }, (): Step[] => [{ kind: 'advance', job: 0, verdict }]),
]);

interface World {
  workspace: TestWorkspace;
  ids: string[];
}

async function take(world: World, taken: Step): Promise<void> {
  const { store } = database;
  const { workspace } = world;
  const id = world.ids[taken.job] ?? '';
  const job = await store.jobs.load(id);
  const attempt = await store.attempts.latest(id);
  switch (taken.kind) {
    case 'advance':
      await take(world, next(taken.job, attempt, job, taken.verdict));
      return;
    case 'create':
      await create(world, id, BigInt(taken.price));
      return;
    case 'topUp':
      // Under one key for each job, so that most of them are repeats.
      await topUp(world, `${taken.job}`, BigInt(taken.amount));
      return;
    case 'open': {
      const [canceled, rejected, failed] = taken.billed;
      const { number } = taken;
      // As submit does: the next attempt only when the one before was refused.
      const follows = number === 1 || (attempt?.number === 1 && attempt.state === 'refused');
      if (!job || !follows) return;
      await store.attempts.open(
        newAttempt(job, { number, billed: { canceled, rejected, failed } }),
      );
      return;
    }
    case 'reopen':
      if (attempt) await store.attempts.reopen(attempt.id, newAttempt(job as Job));
      return;
    case 'submit':
      if (attempt) await store.attempts.recordSubmit(attempt.id, ofJob(id, taken.reading), NOW);
      return;
    case 'look':
      if (attempt?.state !== 'accepted') return;
      await store.attempts.recordLook(attempt.id, {
        verdict: taken.verdict,
        reply: undefined,
        now: NOW,
      });
      return;
    case 'cancel':
      await store.jobs.requestCancel(workspace.id, id, NOW);
      return;
    case 'settle':
      if (job) await settleOrNot(id, taken.reason);
      return;
    case 'delete':
      await store.jobs.markDeleted(workspace.id, id, NOW);
      return;
    case 'checkpoint':
      await store.ledger.checkpoint(NOW, taken.limit);
  }
}

/** No two jobs have the same job of the provider. */
const ofJob = (id: string, reading: SubmitReading): SubmitReading =>
  reading.state === 'accepted' ? { ...reading, operation: { ...reading.operation, id } } : reading;

/** What comes next in an ordinary life, so that stories get somewhere. */
function next(
  job: number,
  attempt: Attempt | undefined,
  row: Job | undefined,
  verdict: Verdict,
): Step {
  if (!row) return { job, kind: 'create', price: 10 + job };
  if (!attempt) return { job, kind: 'open', number: 1, billed: [true, false, true] };
  if (attempt.state === 'sending') return { job, kind: 'submit', reading: ACCEPTED };
  if (attempt.verdict) return { job, kind: 'settle', reason: { kind: 'verdict' } };
  return { job, kind: 'look', verdict };
}

async function create({ workspace }: World, id: string, price: bigint): Promise<void> {
  const idempotency = { key: id, route: 'POST', fingerprint: 'same' };
  const callbackUrl = 'https://a.example/x';
  const created = await database.store.jobs.create(
    newJob(workspace, { id, price, idempotency, callbackUrl }),
  );
  expect(['created', 'replayed', 'insufficient']).toContain(created.kind);
}

async function topUp(world: World, key: string, amount: bigint): Promise<void> {
  await database.store.ledger.topUp(world.workspace.id, amount, key, NOW);
}

/** Nobody calls it for a verdict that is not there; here somebody does. */
async function settleOrNot(id: string, reason: SettleReason): Promise<void> {
  await settle(database, id, reason).catch((error: Error) => {
    expect(error.message).toBe('settle was called for a verdict that is not stored');
  });
}

type Row = Record<string, unknown>;

async function checkBooks({ workspace }: World, ended: Map<string, Row>): Promise<void> {
  const rows = await database.sql<
    Row & { id: string; state: Job['state']; price: string; charged: string }
  >(`SELECT j.*, NULL AS deleted_at FROM jobs j WHERE workspace_id = $1`, [workspace.id]);
  const balance = await database.store.ledger.balance(workspace.id);
  const open = rows.filter(({ state }) => !isTerminal(state));
  const over = rows.filter(({ state }) => isTerminal(state));
  const sum = (values: string[]) => values.reduce((total, value) => total + BigInt(value), 0n);
  const [given] = await database.sql<{ sum: string }>(
    `SELECT sum(available)::text AS sum FROM ledger WHERE workspace_id = $1 AND kind = 'top_up'`,
    [workspace.id],
  );
  const [plain] = await database.sql<Record<'available' | 'held' | 'spent', string>>(
    `SELECT sum(available)::text AS available, sum(held)::text AS held, sum(spent)::text AS spent
     FROM ledger WHERE workspace_id = $1`,
    [workspace.id],
  );
  const digits = Object.entries(balance).map(([pot, points]) => [pot, String(points)]);
  expect(Object.fromEntries(digits)).toEqual(plain);
  expect(balance.available + balance.held + balance.spent).toBe(BigInt(given?.sum ?? 0));
  expect(balance.held).toBe(sum(open.map(({ price }) => price)));
  expect(balance.spent).toBe(sum(over.map(({ charged }) => charged)));
  expect(balance.available).toBeGreaterThanOrEqual(0n);
  const used = await database.store.usage.summary(workspace.id, { groupBy: 'day' });
  expect(used).toMatchObject({ requests: over.length, charged: balance.spent });
  for (const { id, charged, price } of over) {
    expect([0n, BigInt(price)]).toContain(BigInt(charged));
    expect(await countsOf(id)).toEqual({ usage: 1, holds: 1, ends: 1, events: 1, deliveries: 1 });
  }
  for (const { id } of open) {
    expect(await countsOf(id)).toEqual({ usage: 0, holds: 1, ends: 0, events: 0, deliveries: 0 });
  }
  for (const row of over) {
    expect(ended.get(row.id) ?? row).toEqual(row);
    ended.set(row.id, row);
  }
}

async function countsOf(id: string): Promise<Row | undefined> {
  const [counts] = await database.sql(
    `SELECT (SELECT count(*)::int FROM usage WHERE job_id = $1) AS usage,
       (SELECT count(*)::int FROM ledger WHERE job_id = $1 AND kind = 'hold') AS holds,
       (SELECT count(*)::int FROM ledger WHERE job_id = $1 AND kind IN ('settle', 'release')) AS ends,
       (SELECT count(*)::int FROM events WHERE job_id = $1 AND type LIKE 'job.ended.%') AS events,
       (SELECT count(*)::int FROM deliveries WHERE job_id = $1) AS deliveries`,
    [id],
  );
  return counts;
}

test('in any order, at once and again, the books balance and what has ended never changes', async () => {
  const reached = new Set<string>();
  await fc.assert(
    fc.asyncProperty(story, async (rounds) => {
      const workspace = await database.makeWorkspace(START);
      const world = { workspace, ids: Array.from({ length: JOBS }, newId) };
      const ended = new Map<string, Row>();
      for (const round of rounds) {
        await Promise.all(round.map((taken) => take(world, taken)));
        await checkBooks(world, ended);
      }
      for (const row of ended.values()) reached.add(String(row['state']));
    }),
    { numRuns: 40, examples: LIVES },
  );
  // Or the stories would be too short to say anything.
  expect([...reached].sort()).toEqual(['canceled', 'expired', 'failed', 'succeeded']);
}, 240_000);
