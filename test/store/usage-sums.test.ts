import fc from 'fast-check';
import { sql } from 'drizzle-orm';
import { Client } from 'pg';
import { newId } from '../../src/core/job/ids';
import { USAGE_GROUPS } from '../../src/core/money/usage';
import type { UsageFilter, UsageGroup, UsageSummary } from '../../src/core/money/usage';
import type { Transaction } from '../../src/store/base/database';
import { usageStore } from '../../src/store/money/usage';
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

/** Usage is read from sums, and says at every moment what its rows add up to. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Midnight before `NOW`, which is a noon. */
const TODAY = NOW - 12 * HOUR;
const ENTRIES = 100_000;

const database = useTestDatabase();

interface End {
  /** The moment in hours after midnight. */
  hours: number;
  model: string;
  seconds: number;
  isBilled: boolean;
}

async function ended(workspace: TestWorkspace, end: End): Promise<void> {
  const request = { model: end.model, prompt: 'p', inputs: [], passthrough: {} };
  const job = await createdJob(database, newJob(workspace, { request, price: 7n }));
  const now = TODAY + end.hours * HOUR;
  if (!end.isBilled) {
    await settle(database, job.id, { kind: 'canceled' }, now);
    return;
  }
  const attempt = await acceptedAttempt(database, job);
  const usage = { tokens: 1_000, seconds: end.seconds };
  const verdict = { ...SUCCEEDED, usage };
  await database.store.attempts.recordLook(attempt.id, { verdict, reply: undefined, now });
  await settle(database, job.id, { kind: 'verdict' }, now);
}

const NAMES: Record<UsageGroup, string> = {
  day: `to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
  model: 'model',
  key: 'key_id::text',
};

/** The same answer by adding up rows and nothing else; seconds as decimals, whose sum is the same in any order. */
async function plainSummary(
  tx: Transaction,
  workspaceId: string,
  filter: UsageFilter,
  groupBy: UsageGroup,
): Promise<UsageSummary> {
  const rows = async (name: string, order: string) => {
    const found = await tx.execute<Record<'name' | 'tokens' | 'charged', string> & Counted>(sql`
      SELECT ${sql.raw(name)} AS name, count(*)::int AS requests, coalesce(sum(tokens), 0)::text AS tokens,
        coalesce(sum(seconds::text::numeric), 0)::float8 AS seconds, coalesce(sum(charged), 0)::text AS charged
      FROM usage WHERE workspace_id = ${workspaceId}
        AND at >= ${new Date(filter.from ?? 0)} AND at < ${new Date(filter.to ?? NOW + 1_000 * DAY)}
        AND (${filter.model ?? null}::text IS NULL OR model = ${filter.model ?? null})
        AND (${filter.key ?? null}::uuid IS NULL OR key_id = ${filter.key ?? null})
      ${sql.raw(order)}`);
    return found.rows.map(({ tokens, charged, ...row }) => ({
      ...row,
      tokens: Number(tokens),
      charged: BigInt(charged),
    }));
  };
  const grouped = `GROUP BY 1 ORDER BY 1 ${groupBy === 'day' ? 'DESC' : ''}`;
  const [all] = await rows('NULL', '');
  const { name, ...sums } = all ?? { name: null, requests: 0, tokens: 0, seconds: 0, charged: 0n };
  expect(name).toBeNull();
  const byModel = await rows('model', 'GROUP BY 1 ORDER BY 1');
  return {
    ...sums,
    byModel: byModel.map(({ name: model, ...rest }) => ({ model, ...rest })),
    groups: await rows(NAMES[groupBy], grouped),
  };
}
type Counted = { requests: number; seconds: number };

/** Compares both in one snapshot, in which nothing happens between the two. */
async function expectSame(
  workspace: TestWorkspace,
  filter: UsageFilter,
  groupBy: UsageGroup,
): Promise<void> {
  await database.db.transaction(
    async (tx) => {
      const store = usageStore(tx);
      const plain = await plainSummary(tx, workspace.id, filter, groupBy);
      expect(await store.summary(workspace.id, { ...filter, groupBy })).toEqual(plain);
      const page = await store.log(workspace.id, { ...filter, limit: 2, offset: 0 });
      expect(page.total).toBe(plain.requests);
    },
    { isolationLevel: 'repeatable read' },
  );
}

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
/** Both edges of days and moments within them, also on days on which nothing ended. */
const moment = fc
  .oneof(
    fc.integer({ min: -5, max: 5 }).map((day) => day * 24),
    fc.integer({ min: -80, max: 80 }),
  )
  .map((hours) => TODAY + hours * HOUR);
const reading = fc.record({
  from: optional(moment),
  to: optional(moment),
  model: optional(fc.constantFrom('clip', 'film', 'none')),
  isOfKey: fc.boolean(),
  groupBy: fc.constantFrom(...USAGE_GROUPS),
});
const end: fc.Arbitrary<End> = fc.record({
  hours: fc.integer({ min: -72, max: 72 }),
  model: fc.constantFrom('clip', 'film'),
  // Most of them are none that a float holds exactly.
  seconds: fc.integer({ min: 1, max: 600 }).map((n) => n / 24),
  isBilled: fc.boolean(),
});

test('while jobs end and checkpoints move, a summary and the number of rows are the sums over rows at every moment', async () => {
  const ends = fc.array(end, { minLength: 8, maxLength: 16 });
  const readings = fc.array(reading, { minLength: 8, maxLength: 16 });
  const limits = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(ends, readings, limits, async (all, asked, moves) => {
      const workspace = await database.makeWorkspace(1_000n);
      const ask = ({ isOfKey, groupBy, ...span }: (typeof asked)[number]) => {
        const key = isOfKey ? workspace.principal.keyId : undefined;
        return expectSame(workspace, { ...span, key }, groupBy);
      };
      await Promise.all([
        inTurn(all, (one) => ended(workspace, one), 3),
        inTurn(moves, (limit) => database.store.ledger.checkpoint(NOW, limit), 2),
        inTurn(asked, ask, 1),
      ]);
      for (const one of asked) await ask(one);
      await database.store.ledger.checkpoint(NOW, ENTRIES);
      for (const one of asked) await ask(one);
    }),
    { numRuns: 10 },
  );
}, 120_000);

/** Does so many at once. */
async function inTurn<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  atOnce: number,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const walk = async (): Promise<void> => {
    for (const item of { [Symbol.iterator]: () => rest }) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, walk));
}

test('usage that commits after a later one is in the summary and in the balance, however long it takes', async () => {
  const workspace = await database.makeWorkspace(1_000n);
  const slow = await createdJob(database, newJob(workspace, { price: 7n }));
  await database.store.ledger.checkpoint(NOW, ENTRIES);
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `WITH ended AS (
         INSERT INTO ledger (workspace_id, job_id, kind, available, held, spent, idempotency_key, at)
         VALUES ($1, $2, 'settle', 0, -7, 7, $3, now()))
       INSERT INTO usage (job_id, workspace_id, key_id, model, provider, state, tokens, seconds, charged, at)
       VALUES ($2, $1, $4, 'clip', 'paper', 'succeeded', 5, 5, 7, now())`,
      [workspace.id, slow.id, newId(), workspace.principal.keyId],
    );
    // Has a larger id, and is there already.
    await ended(workspace, { hours: 1, model: 'clip', seconds: 1, isBilled: true });
    // The sweep waits for the open one, and leaves all of it to the next sweep.
    expect(await database.store.ledger.checkpoint(NOW, ENTRIES)).toBe(0);
    await expectSame(workspace, {}, 'day');
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
  await expectSame(workspace, {}, 'day');
  await database.store.ledger.checkpoint(NOW, ENTRIES);
  await expectSame(workspace, {}, 'day');
  const { requests } = await database.store.usage.summary(workspace.id, { groupBy: 'day' });
  expect(requests).toBe(2);
  const { spent } = await database.store.ledger.balance(workspace.id);
  expect(spent).toBe(14n);
});

test('sums that a release before never made, or that are thrown away, are computed anew while balances stay', async () => {
  const workspace = await database.makeWorkspace(1_000n);
  for (const hours of [-30, 1, 2, 40]) {
    await ended(workspace, { hours, model: 'clip', seconds: 0.1, isBilled: true });
  }
  await database.store.ledger.checkpoint(NOW, ENTRIES);
  const balance = await database.store.ledger.balance(workspace.id);
  await database.sql('DELETE FROM usage_days');
  await database.sql('UPDATE usage_checkpoint SET up_to = 0');
  await expectSame(workspace, {}, 'day');
  for (let moved = 3; moved === 3; moved = await database.store.ledger.checkpoint(NOW, 3)) {
    await expectSame(workspace, {}, 'day');
  }
  const [summed] = await database.sql(
    'SELECT sum(requests)::int AS requests FROM usage_days WHERE workspace_id = $1',
    [workspace.id],
  );
  expect(summed).toEqual({ requests: 4 });
  expect(await database.store.ledger.balance(workspace.id)).toEqual(balance);
});

/** Rows that one read looks at in the tables of money, counted by the server. */
async function rowsRead(read: (tx: Transaction) => Promise<unknown>): Promise<number> {
  return database.db.transaction(async (tx) => {
    const count = async (): Promise<number> => {
      const { rows } = await tx.execute<{ read: number }>(
        sql`SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read
            FROM pg_stat_xact_user_tables WHERE relname IN ('ledger', 'usage', 'usage_days')`,
      );
      return rows[0]?.read ?? 0;
    };
    const before = await count();
    await read(tx);
    return (await count()) - before;
  });
}

test('after a sweep a summary and a page of the log are read from a few rows, however many jobs have ended', async () => {
  const workspace = await database.makeWorkspace(1_000n);
  await ended(workspace, { hours: 1, model: 'clip', seconds: 5, isBilled: true });
  await copyJobs(workspace, 5_000);
  await database.sql('ANALYZE');
  while ((await database.store.ledger.checkpoint(NOW, ENTRIES)) > 0);
  await ended(workspace, { hours: 2, model: 'film', seconds: 5, isBilled: true });
  for (const groupBy of USAGE_GROUPS) {
    const summary = (tx: Transaction) => usageStore(tx).summary(workspace.id, { groupBy });
    expect(await rowsRead(summary)).toBeLessThan(20);
    expect((await database.store.usage.summary(workspace.id, { groupBy })).requests).toBe(5_002);
  }
  const page = (tx: Transaction) => usageStore(tx).log(workspace.id, { limit: 5, offset: 0 });
  expect(await rowsRead(page)).toBeLessThan(60);
  await expectSame(workspace, {}, 'key');
});

/** Copies the workspace's one job, with its end and its usage. */
async function copyJobs({ id }: TestWorkspace, count: number): Promise<void> {
  const copies = (table: string, change: string) => `
    INSERT INTO ${table} SELECT copy.*
    FROM ${table} AS one, many, jsonb_populate_record(one, jsonb_build_object(${change})) AS copy
    WHERE one.workspace_id = $1`;
  await database.sql(
    `WITH many AS MATERIALIZED (SELECT n, gen_random_uuid() AS id FROM generate_series(1, ${count}) n),
       jobs_copied AS (${copies('jobs', `'id', many.id, 'workflow_id', many.id`)}),
       usage_copied AS (${copies('usage', `'job_id', many.id, 'at', one.at + many.n * interval '1 second'`)})
     INSERT INTO ledger (workspace_id, job_id, kind, available, held, spent, idempotency_key, at)
     SELECT $1, id, 'settle', 0, 0, 0, 'end:' || id, now() FROM many`,
    [id],
  );
}
