import { Client } from 'pg';
import { sql } from 'drizzle-orm';
import type { ActivityDeps } from '../../activities';
import { sweep } from '../../activities/sweep';
import { newId } from '../../src/core/job/ids';
import { balanceOf, keySpending } from '../../src/store/money/ledger';
import { NOW, PRICE, createdJob, newJob, settle, useTestDatabase } from '../support/database';
import type { TestWorkspace } from '../support/database';
import { sweepDeps } from '../support/sweep-deps';

/** Reading a balance costs the same at any length of the ledger, and says the same as its sum at every moment. */

const database = useTestDatabase();
let deps: ActivityDeps;
beforeAll(async () => {
  deps = sweepDeps(database);
});

/** More than any test here writes. */
const ENTRIES = 100_000;

const sumOf = async (workspaceId: string) => {
  const [row] = await database.sql<Record<'available' | 'held' | 'spent', string>>(
    `SELECT sum(available)::text AS available, sum(held)::text AS held, sum(spent)::text AS spent
     FROM ledger WHERE workspace_id = $1`,
    [workspaceId],
  );
  return {
    available: BigInt(row?.available ?? 0),
    held: BigInt(row?.held ?? 0),
    spent: BigInt(row?.spent ?? 0),
  };
};
const balance = (workspaceId: string) => database.store.ledger.balance(workspaceId);

async function jobsEnded(workspace: TestWorkspace, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    const job = await createdJob(database, newJob(workspace));
    if (made % 2 === 0) await settle(database, job.id, { kind: 'canceled' });
  }
}

/** Rows of the ledger that one read looks at, counted by the server, which has not yet told what its connection did before. */
async function rowsRead(read: (tx: Parameters<typeof balanceOf>[0]) => Promise<unknown>) {
  return database.db.transaction(async (tx) => {
    const count = async (): Promise<number> => {
      const { rows } = await tx.execute<{ read: number }>(
        sql`SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read
            FROM pg_stat_xact_user_tables WHERE relname = 'ledger'`,
      );
      return rows[0]?.read ?? 0;
    };
    const before = await count();
    await read(tx);
    return (await count()) - before;
  });
}

test('after a sweep a balance and a budget are read from a few rows, however long the ledger is', async () => {
  const workspace = await database.makeWorkspace(10n * PRICE);
  const { keyId } = workspace.principal;
  const job = await createdJob(database, newJob(workspace));
  await database.sql(
    `INSERT INTO ledger (workspace_id, job_id, key_id, kind, available, held, spent, idempotency_key, at)
     SELECT $1, $2, $3, 'refund', 1, 0, -1, 'many:' || n, now() FROM generate_series(1, 5000) n`,
    [workspace.id, job.id, keyId],
  );
  await database.sql('ANALYZE ledger');
  await sweep(deps)();
  await jobsEnded(workspace, 2);
  expect(await rowsRead((tx) => balanceOf(tx, workspace.id))).toBeLessThan(20);
  expect(await rowsRead((tx) => keySpending(tx, [keyId]))).toBeLessThan(20);
  expect(await balance(workspace.id)).toEqual(await sumOf(workspace.id));
  expect((await keySpending(database.db, [keyId])).get(keyId)).toEqual({
    held: 2n * PRICE,
    spent: -5000n,
  });
});

test('a balance is the sum of its entries before, between and after checkpoints', async () => {
  const workspace = await database.makeWorkspace(100n * PRICE);
  for (let round = 0; round < 4; round += 1) {
    await jobsEnded(workspace, 3);
    expect(await balance(workspace.id)).toEqual(await sumOf(workspace.id));
    await database.store.ledger.checkpoint(NOW, ENTRIES);
    expect(await balance(workspace.id)).toEqual(await sumOf(workspace.id));
  }
  const other = await database.makeWorkspace(PRICE);
  expect(await balance(other.id)).toEqual({ available: PRICE, held: 0n, spent: 0n });
});

test('an entry that commits after a later one was summed is in the balance all the same', async () => {
  const workspace = await database.makeWorkspace(PRICE);
  await database.store.ledger.checkpoint(NOW, ENTRIES);
  const slow = new Client({ connectionString: database.url });
  await slow.connect();
  try {
    await slow.query('BEGIN');
    await slow.query(
      `INSERT INTO ledger (workspace_id, kind, available, held, spent, idempotency_key, at)
       VALUES ($1, 'top_up', 7, 0, 0, $2, now())`,
      [workspace.id, newId()],
    );
    // Has a larger id, and is there already.
    await database.store.ledger.topUp(workspace.id, 5n, 'later', NOW);
    const moving = database.store.ledger.checkpoint(NOW, ENTRIES);
    expect(await balance(workspace.id)).toMatchObject({ available: PRICE + 5n });
    await slow.query('COMMIT');
    await moving;
  } finally {
    await slow.end();
  }
  expect(await balance(workspace.id)).toMatchObject({ available: PRICE + 12n });
  await database.store.ledger.checkpoint(NOW, ENTRIES);
  expect(await balance(workspace.id)).toEqual(await sumOf(workspace.id));
});

test('many processes move the checkpoints at once while jobs are made and end, and no entry is summed twice', async () => {
  const workspace = await database.makeWorkspace(1_000n * PRICE);
  await Promise.all([
    ...Array.from({ length: 6 }, () => jobsEnded(workspace, 6)),
    ...Array.from({ length: 12 }, () => database.store.ledger.checkpoint(NOW, ENTRIES)),
  ]);
  await database.store.ledger.checkpoint(NOW, ENTRIES);
  expect(await balance(workspace.id)).toEqual(await sumOf(workspace.id));
  const { keyId } = workspace.principal;
  const { held } = await sumOf(workspace.id);
  expect((await keySpending(database.db, [keyId])).get(keyId)).toMatchObject({ held });
});

describe('one sweep after a restore', () => {
  const behind = async (): Promise<number> => {
    const [row] = await database.sql<{ behind: number }>(
      `SELECT count(*)::int AS behind FROM ledger
       WHERE id > least((SELECT coalesce(max(up_to), 0) FROM ledger_checkpoints), (SELECT up_to FROM usage_checkpoint))`,
    );
    return row?.behind ?? 0;
  };
  const limits = () => ({ ...deps.limits, sweepEntries: 2 });

  test('sums batch by batch until nothing is left', async () => {
    const workspace = await database.makeWorkspace(100n * PRICE);
    await database.store.ledger.checkpoint(NOW, ENTRIES);
    await jobsEnded(workspace, 6);
    expect(await behind()).toBe(9);
    const { checkpoints } = await sweep({ ...deps, limits: limits() })();
    expect(checkpoints).toBe(9);
    expect(await behind()).toBe(0);
    expect(await balance(workspace.id)).toEqual(await sumOf(workspace.id));
  });

  test('stops when the time of its step is over, the steps after it have their turn, and the next sweep goes on', async () => {
    const workspace = await database.makeWorkspace(100n * PRICE);
    await database.store.ledger.checkpoint(NOW, ENTRIES);
    await jobsEnded(workspace, 6);
    const [deleted] = (await database.store.jobs.list(workspace.id, { limit: 6, order: 'asc' }))
      .jobs;
    await database.store.jobs.markDeleted(workspace.id, deleted?.id ?? '', NOW);
    let now = NOW;
    // Each look at the clock takes more than half of the time of a step.
    const tick = () => (now += deps.waits.sweepStepMs * 0.6);
    const first = await sweep({ ...deps, limits: limits(), now: tick })();
    expect(first).toMatchObject({ erased: 1 });
    expect(first.checkpoints).toBeGreaterThan(0);
    expect(await behind()).toBe(9 - first.checkpoints);
    expect(await behind()).toBeGreaterThan(0);
    expect(await balance(workspace.id)).toEqual(await sumOf(workspace.id));
    await sweep({ ...deps, limits: limits() })();
    expect(await behind()).toBe(0);
  });
});
