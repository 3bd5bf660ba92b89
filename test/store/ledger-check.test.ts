import { Client } from 'pg';
import { checkLedger } from '../../activities/check-ledger';
import { failure } from '../../src/core/errors';
import { newId } from '../../src/core/job/ids';
import { LEDGER_CHECKS } from '../../src/core/money/ledger-check';
import type { LedgerCheck, LedgerReport } from '../../src/core/money/ledger-check';
import { figureStore } from '../../src/store/operator/figures';
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

/** The check of the ledger finds each kind of fault by its name, and nothing where nothing is wrong. */

const database = useTestDatabase();

/** Fewer than there are jobs, so that a fault may lie in any part. */
const LIMIT = 4;
const check = async (): Promise<LedgerReport> => {
  const report = await database.store.ledger.check({
    endsBy: Infinity,
    now: () => NOW,
    limit: LIMIT,
  });
  if (!report) throw new Error('another check is under way');
  return report;
};
const faults = async () => (await check()).faults;

let workspace: TestWorkspace;
let succeeded: string;
let open: string;

async function ended(): Promise<string> {
  const job = await createdJob(database, newJob(workspace));
  const { id } = await acceptedAttempt(database, job);
  await database.store.attempts.recordLook(id, { verdict: SUCCEEDED, reply: undefined, now: NOW });
  await settle(database, job.id);
  return job.id;
}

/** A little of everything that a workspace can have, some of it under checkpoints and some after them. */
beforeAll(async () => {
  workspace = await database.makeWorkspace(PRICE * 100n);
  for (let round = 0; round < 3; round += 1) {
    succeeded = await ended();
    const failed = await createdJob(database, newJob(workspace));
    await settle(database, failed.id, { kind: 'failure', failure: failure('timed_out') });
    const late = await createdJob(database, newJob(workspace));
    const attempt = await acceptedAttempt(database, late);
    await settle(database, late.id, { kind: 'failure', failure: failure('timed_out') });
    await database.store.attempts.recordLook(attempt.id, {
      verdict: SUCCEEDED,
      reply: undefined,
      now: NOW,
    });
    open = (await createdJob(database, newJob(workspace))).id;
    const keyless = { ...workspace.principal, keyId: null };
    await createdJob(database, newJob(workspace, { principal: keyless }));
    await database.store.admin.once(
      { workspaceId: workspace.id, idempotency: undefined, now: NOW },
      async (rows) => {
        const row = { workspaceId: workspace.id, byKeyId: null, note: 'n', now: NOW };
        const booked = () => ({ ...row, idempotencyKey: newId() });
        await rows.refund({ ...booked(), jobId: succeeded, amount: 5n });
        await rows.adjust({ ...booked(), amount: -1n });
        await rows.topUp({ ...booked(), amount: 9n, expiresAt: NOW + 1 });
        return { status: 201 };
      },
    );
    for (const due of await database.store.ledger.dueTopUps(NOW + 1, 10)) {
      await database.store.ledger.expire(due, NOW + 1);
    }
    if (round < 2) await database.store.ledger.checkpoint(NOW, 1_000);
  }
});

test('a database in which nothing is wrong has no fault, and everything in it is looked at', async () => {
  const [counted] = await database.sql<{ jobs: number; entries: number }>(
    'SELECT (SELECT count(*)::int FROM jobs) AS jobs, (SELECT count(*)::int FROM ledger) AS entries',
  );
  expect(await check()).toEqual({ ...counted, faults: [] });
});

/** What makes a fault as the owner of the tables, in a transaction that the check looks into and that is rolled back. */
const PLANTS: Record<LedgerCheck, () => readonly [sql: string, ids: () => readonly string[]]> = {
  orphan: () => {
    const nobody = newId();
    return [entry(`'${nobody}'`, 'hold', [-1, 1, 0]), () => [nobody]];
  },
  one_hold: () => [
    `DROP INDEX ledger_one_hold; ${entry(`'${open}'`, 'hold', [-1, 1, 0])}`,
    () => [open],
  ],
  one_end: () => [entry(`'${open}'`, 'release', [`${PRICE}`, `-${PRICE}`, 0]), () => [open]],
  hold: () => [`UPDATE jobs SET price = price + 1 WHERE id = '${open}'`, () => [open]],
  end: () => [
    `UPDATE ledger SET held = held - 1, available = available + 1 WHERE job_id = '${succeeded}' AND kind = 'settle'`,
    () => [succeeded],
  ],
  owner: () => [`UPDATE ledger SET key_id = NULL WHERE job_id = '${open}'`, () => [open]],
  usage: () => [`DELETE FROM usage WHERE job_id = '${succeeded}'`, () => [succeeded]],
  charge: () => [
    `UPDATE jobs SET charged = charged + 1 WHERE id = '${succeeded}'`,
    () => [succeeded],
  ],
  tokens: () => [
    `UPDATE usage SET tokens = tokens + 1 WHERE job_id = '${succeeded}'`,
    () => [succeeded],
  ],
  refund: () => [
    entry(`'${succeeded}'`, 'refund', [`${PRICE}`, 0, `-${PRICE}`]),
    () => [succeeded],
  ],
  sign: () => [
    `ALTER TABLE ledger DROP CONSTRAINT ledger_check; ${entry('NULL', 'top_up', [-1, 1, 0])}`,
    () => [planted],
  ],
  negative: () => [entry('NULL', 'adjust', [`-${PRICE * 1_000n}`, 0, 0]), () => [workspace.id]],
  conservation: () => [
    `ALTER TABLE ledger DROP CONSTRAINT ledger_check; ${entry(`'${open}'`, 'refund', [5, 0, 0])}`,
    () => [workspace.id],
  ],
  checkpoint: () => [
    `UPDATE ledger_checkpoints SET available = available + 1 WHERE owner_id = '${workspace.id}'`,
    () => [workspace.id],
  ],
  ledger_day: () => [
    `UPDATE ledger_days SET used = used - 1 WHERE owner_id = '${workspace.principal.keyId}'`,
    () => [`${workspace.principal.keyId} 2026-11-21`],
  ],
  usage_day: () => [
    'UPDATE usage_days SET seconds = seconds + 0.001',
    () => [`${workspace.id} 2026-11-21 clip ${workspace.principal.keyId}`],
  ],
};

/** The id of the last entry that was planted. */
let planted = '';

function entry(jobId: string, kind: string, moves: readonly (string | number)[]): string {
  return `INSERT INTO ledger (workspace_id, job_id, key_id, kind, available, held, spent, idempotency_key, at)
    VALUES ('${workspace.id}', ${jobId}, ${jobId === 'NULL' ? 'NULL' : `'${workspace.principal.keyId}'`}, '${kind}',
      ${moves.join(', ')}, 'planted:${newId()}', now())`;
}

describe('a fault is found by its name', () => {
  let owner: Client;
  beforeAll(async () => {
    owner = new Client({ connectionString: database.adminUrl });
    await owner.connect();
    // What keeps most faults out of a real database.
    await owner.query(
      `ALTER TABLE ledger DISABLE TRIGGER ledger_append_only;
       ALTER TABLE ledger DROP CONSTRAINT ledger_workspace_id_job_id_fkey`,
    );
  });
  afterAll(() => owner?.end());

  test('of every check that there is', () => {
    expect(Object.keys(PLANTS)).toEqual(Object.keys(LEDGER_CHECKS));
  });

  test.each(Object.keys(LEDGER_CHECKS) as LedgerCheck[])('%s', async (name) => {
    const [plant, ids] = PLANTS[name]();
    expect(await faults()).toEqual([]);
    await owner.query(`CREATE SCHEMA before; ${copies('before', 'public')}`);
    const indexes = await owner.query<{ made: string }>(
      `SELECT indexdef AS made FROM pg_indexes WHERE indexname = 'ledger_one_hold'`,
    );
    const rule = await owner.query<{ made: string }>(
      `SELECT pg_get_constraintdef(oid) AS made FROM pg_constraint WHERE conname = 'ledger_check'`,
    );
    try {
      await owner.query(plant);
      const { rows } = await owner.query<{ id: string }>('SELECT max(id)::text AS id FROM ledger');
      planted = rows[0]?.id ?? '';
      const found = await faults();
      expect(found).toContainEqual(expect.objectContaining({ check: name, ids: ids() }));
    } finally {
      await owner.query(`${restores}; DROP SCHEMA before CASCADE;
        ALTER TABLE ledger DROP CONSTRAINT IF EXISTS ledger_check;
        ALTER TABLE ledger ADD CONSTRAINT ledger_check ${rule.rows[0]?.made ?? ''};
        DROP INDEX IF EXISTS ledger_one_hold; ${indexes.rows[0]?.made ?? ''}`);
    }
    expect(await faults()).toEqual([]);
  });
});

const TABLES = ['ledger', 'usage', 'ledger_checkpoints', 'ledger_days', 'usage_days'];
const copies = (to: string, from: string): string =>
  TABLES.map((table) => `CREATE TABLE ${to}.${table} AS TABLE ${from}.${table}`).join('; ');
const restores = [
  ...TABLES.map(
    (table) =>
      `DELETE FROM ${table}; INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM before.${table}`,
  ),
  `UPDATE jobs SET price = moved.held, charged = ends.spent FROM before.ledger AS moved
   LEFT JOIN before.ledger AS ends ON ends.job_id = moved.job_id AND ends.kind IN ('settle', 'release')
   WHERE moved.job_id = jobs.id AND moved.kind = 'hold'`,
].join('; ');

test('many faults of one kind are counted, and the first of them named', async () => {
  const owner = new Client({ connectionString: database.adminUrl });
  await owner.connect();
  try {
    await owner.query('UPDATE jobs SET price = price + 1');
    for (let more = 0; more < 20; more += 1) {
      await createdJob(database, newJob(workspace));
    }
    await owner.query(`UPDATE jobs SET price = ${PRICE + 1n}`);
    const [fault] = await faults();
    const [{ jobs } = { jobs: 0 }] = await database.sql<{ jobs: number }>(
      'SELECT count(*)::int AS jobs FROM jobs',
    );
    expect(fault).toMatchObject({ check: 'hold', count: jobs });
    expect(fault?.ids).toHaveLength(20);
    await owner.query(`UPDATE jobs SET price = ${PRICE}`);
  } finally {
    await owner.end();
  }
});

test('one check runs at a time, and one that takes too long ends', async () => {
  const asked = { endsBy: Infinity, now: () => NOW, limit: 1 };
  const reports = await Promise.all(
    Array.from({ length: 5 }, () => database.store.ledger.check(asked)),
  );
  expect(reports.filter((report) => report !== undefined).length).toBeGreaterThan(0);
  await expect(database.store.ledger.check({ ...asked, endsBy: NOW - 1 })).rejects.toThrow(
    'was not through in its time',
  );
  expect(await faults()).toEqual([]);
});

test('jobs that are made and end while it looks are no faults', async () => {
  const work = Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let made = 0; made < 4; made += 1) await ended();
    }),
  );
  const moving = (async () => {
    for (let round = 0; round < 10; round += 1) await database.store.ledger.checkpoint(NOW, 10);
  })();
  for (let round = 0; round < 5; round += 1) expect(await faults()).toEqual([]);
  await Promise.all([work, moving]);
  expect(await faults()).toEqual([]);
});

test('a sweep makes it once in a while, and tells the metrics and the log what it found', async () => {
  const lines: string[] = [];
  const at = (now: number) => sweepDeps(database, { now, lines });
  const { ledgerCheckEveryMs } = at(NOW).waits;
  const figures = () => figureStore(database.db).read(NOW);
  expect(await figures()).toMatchObject({ ledgerCheckedAt: undefined, ledgerFaults: { end: 0 } });
  expect(await checkLedger(at(NOW))).toBe(0);
  expect(await figures()).toMatchObject({ ledgerCheckedAt: NOW, ledgerFaults: { hold: 0 } });
  await database.sql(`UPDATE jobs SET price = price + 1 WHERE id = $1`, [open]);
  expect(await checkLedger(at(NOW + ledgerCheckEveryMs - 1))).toBe(0);
  expect(await checkLedger(at(NOW + ledgerCheckEveryMs))).toBe(1);
  expect(await figures()).toMatchObject({
    ledgerCheckedAt: NOW + ledgerCheckEveryMs,
    ledgerFaults: { hold: 1, end: 0 },
  });
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told.filter(({ level }) => level === 50)).toMatchObject([
    { check: 'hold', count: 1, ids: [open] },
  ]);
  await database.sql(`UPDATE jobs SET price = price - 1 WHERE id = $1`, [open]);
});
