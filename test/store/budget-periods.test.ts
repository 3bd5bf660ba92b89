import { sql } from 'drizzle-orm';
import { sweep } from '../../activities/sweep';
import { newId } from '../../src/core/job/ids';
import type { Budgets } from '../../src/core/money/budgets';
import type { NewJob } from '../../src/core/ports/store/jobs';
import { shortOf } from '../../src/store/money/funds';
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
import type { TestWorkspace } from '../support/database';
import { sweepDeps } from '../support/sweep-deps';

/** Budgets of a day and of a month: never passed, begun anew in time, and read at one cost however much was before. */

const database = useTestDatabase();

const DAY = 86_400_000;
/** `NOW` is noon of the 21st of November. */
const NEXT_DAY = NOW + DAY / 2;
const NEXT_MONTH = Date.parse('2026-12-01T00:00:00Z');
const ENTRIES = 1_000_000;

type Bound = (workspace: TestWorkspace, budgets: Partial<Budgets>) => Promise<unknown>;
const BOUNDS: Record<'key' | 'workspace', Bound> = {
  key: ({ principal }, budgets) => database.store.admin.changeKey(principal.keyId, budgets),
  workspace: ({ id }, budgets) => database.store.admin.changeWorkspace(id, budgets, NOW),
};
const OWNERS = Object.keys(BOUNDS) as (keyof typeof BOUNDS)[];
const rich = () => database.makeWorkspace(PRICE * 1_000n);

async function countOf(jobs: readonly NewJob[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.all(jobs.map((job) => database.store.jobs.create(job)))) {
    const name = result.kind === 'over_budget' ? `${result.of} ${result.period}` : result.kind;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
const many = (workspace: TestWorkspace, count: number, now: number): NewJob[] =>
  Array.from({ length: count }, () => newJob(workspace, { now }));

describe.each(OWNERS)('of a %s', (owner) => {
  const bound = BOUNDS[owner];

  test.each([
    ['day', { budgetDay: PRICE * 7n }, NEXT_DAY],
    ['month', { budgetMonth: PRICE * 7n }, NEXT_MONTH],
    ['ever', { budget: PRICE * 7n }, undefined],
  ] as const)(
    'thirty creates at once make seven jobs of the budget of a %s, and seven more when it begins anew',
    async (period, budgets, anew) => {
      const workspace = await rich();
      await bound(workspace, budgets);
      const refused = `${owner} ${period}`;
      expect(await countOf(many(workspace, 15, NOW))).toEqual({ created: 7, [refused]: 8 });
      await database.store.ledger.checkpoint(NOW, ENTRIES);
      expect(await countOf(many(workspace, 15, NOW))).toEqual({ [refused]: 15 });
      const later = anew ?? NOW + 400 * DAY;
      expect(await countOf(many(workspace, 15, later - 1))).toEqual({ [refused]: 15 });
      expect(await countOf(many(workspace, 30, later))).toEqual(
        anew === undefined ? { [refused]: 30 } : { created: 7, [refused]: 23 },
      );
    },
  );

  test('what a job did not cost is free again in the day in which it was created, and in no other', async () => {
    const workspace = await rich();
    await bound(workspace, { budgetDay: PRICE * 2n });
    const first = await createdJob(database, newJob(workspace));
    await createdJob(database, newJob(workspace));
    await database.store.ledger.checkpoint(NOW, ENTRIES);
    await createdJob(database, newJob(workspace, { now: NOW + DAY }));
    // It ends on the next day, whose budget it was never in.
    await settle(database, first.id, { kind: 'canceled' }, NOW + DAY);
    const refused = { [`${owner} day`]: 2 };
    const both = async (now: number) => countOf(many(workspace, 3, now));
    expect(await both(NOW + DAY)).toEqual({ created: 1, ...refused });
    await database.store.ledger.checkpoint(NOW, ENTRIES);
    expect(await both(NOW)).toEqual({ created: 1, ...refused });
  });

  test('a refund gives the budget of the job’s day back', async () => {
    const workspace = await rich();
    await bound(workspace, { budgetDay: PRICE, budgetMonth: PRICE });
    const job = await createdJob(database, newJob(workspace));
    const { id } = await acceptedAttempt(database, job);
    await database.store.attempts.recordLook(id, {
      verdict: SUCCEEDED,
      reply: undefined,
      now: NOW,
    });
    await settle(database, job.id);
    expect(await countOf(many(workspace, 1, NOW))).toEqual({ [`${owner} month`]: 1 });
    await database.store.admin.once(
      { workspaceId: workspace.id, idempotency: undefined, now: NOW },
      async (rows) => {
        const row = { workspaceId: workspace.id, idempotencyKey: newId(), byKeyId: null, now: NOW };
        await rows.refund({ ...row, jobId: job.id, amount: undefined, note: 'n' });
        return { status: 201 };
      },
    );
    expect(await countOf(many(workspace, 2, NOW))).toEqual({ created: 1, [`${owner} month`]: 1 });
  });

  test('null takes it away', async () => {
    const workspace = await rich();
    await bound(workspace, { budget: 0n, budgetDay: 0n, budgetMonth: 0n });
    expect(await countOf(many(workspace, 1, NOW))).toEqual({ [`${owner} ever`]: 1 });
    await bound(workspace, { budget: null, budgetDay: null, budgetMonth: null });
    expect(await countOf(many(workspace, 1, NOW))).toEqual({ created: 1 });
  });
});

test('a workspace’s budget is one for all of its keys and for jobs without a key', async () => {
  const workspace = await rich();
  await BOUNDS.workspace(workspace, { budgetDay: PRICE * 2n });
  const keyless = { ...workspace.principal, keyId: null };
  await createdJob(database, newJob(workspace, { principal: keyless }));
  expect(await countOf(many(workspace, 3, NOW))).toEqual({ created: 1, 'workspace day': 2 });
});

test('creates that share a transaction over midnight are counted in their own days', async () => {
  const workspace = await rich();
  await BOUNDS.key(workspace, { budgetDay: PRICE * 3n });
  const jobs = many(workspace, 20, NEXT_DAY - 1).flatMap((before) => [
    before,
    newJob(workspace, { now: NEXT_DAY }),
  ]);
  expect(await countOf(jobs)).toEqual({ created: 6, 'key day': 34 });
});

test('budgets are read from a few rows after a sweep, however long the ledger is', async () => {
  const workspace = await rich();
  await BOUNDS.key(workspace, { budgetDay: PRICE * 100n, budgetMonth: PRICE * 100n });
  await BOUNDS.workspace(workspace, { budgetDay: PRICE * 100n, budgetMonth: PRICE * 100n });
  const job = await createdJob(database, newJob(workspace));
  await database.sql(
    `INSERT INTO ledger (workspace_id, job_id, key_id, kind, available, held, spent, idempotency_key, at)
     SELECT $1, $2, $3, 'refund', 1, 0, -1, 'many:' || n, now() FROM generate_series(1, 5000) n`,
    [workspace.id, job.id, workspace.principal.keyId],
  );
  await database.sql('ANALYZE ledger');
  await sweep(sweepDeps(database))();
  await createdJob(database, newJob(workspace));
  const read = await database.db.transaction(async (tx) => {
    const count = async (): Promise<number> => {
      const { rows } = await tx.execute<{ read: number }>(
        sql`SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read
            FROM pg_stat_xact_user_tables WHERE relname = 'ledger'`,
      );
      return rows[0]?.read ?? 0;
    };
    const before = await count();
    const short = await shortOf(tx, workspace.principal, { price: PRICE * 98n + 5_001n, now: NOW });
    // Two jobs hold 50 of 2,500 points, and 5,000 millionths were given back.
    expect(short).toMatchObject({ of: 'key', period: 'month', left: PRICE * 98n + 5_000n });
    return (await count()) - before;
  });
  expect(read).toBeLessThan(20);
});
