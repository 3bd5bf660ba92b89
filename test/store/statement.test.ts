import { readMonth } from '../../src/core/money/statement';
import { newId } from '../../src/core/job/ids';
import { createdJob, newJob, useTestDatabase } from '../support/database';
import type { TestWorkspace } from '../support/database';

/** A statement has every entry of its month once, and leads from its opening to its closing. */

const database = useTestDatabase();
const OCTOBER = readMonth('2031-10');
const NOVEMBER = readMonth('2031-11');
if (!OCTOBER || !NOVEMBER) throw new Error('these are months');

const LAST_OF_OCTOBER = NOVEMBER.from - 1;
let workspace: TestWorkspace;

async function settled(held: bigint, charged: bigint, at: { held: number; ended: number }) {
  const request = { model: 'film', prompt: 'p', inputs: [], passthrough: {} };
  const { id } = await createdJob(
    database,
    newJob(workspace, { id: newId(), request, price: held, now: at.held }),
  );
  await database.sql(
    `WITH ended AS (
       INSERT INTO ledger (workspace_id, job_id, kind, available, held, spent, idempotency_key, at)
       VALUES ($2, $1, 'settle', $3::bigint - $4::bigint, -$3::bigint, $4::bigint, 'end:' || gen_random_uuid(), $5))
     INSERT INTO usage (job_id, workspace_id, model, provider, state, tokens, seconds, charged, at)
     VALUES ($1, $2, 'film', 'paper', 'succeeded', 10, 2.5, $4::bigint, $5)`,
    [id, workspace.id, String(held), String(charged), new Date(at.ended)],
  );
}

beforeAll(async () => {
  workspace = await database.makeWorkspace(100_000_000n);
  await settled(10_000_000n, 10_000_000n, { held: OCTOBER.from, ended: OCTOBER.from + 1 });
  // Held in one month and ended in the next.
  await settled(20_000_000n, 15_000_000n, { held: LAST_OF_OCTOBER, ended: NOVEMBER.from });
  await settled(5_000_000n, 1n, { held: NOVEMBER.from, ended: NOVEMBER.to - 1 });
  await settled(1n, 1n, { held: NOVEMBER.to, ended: NOVEMBER.to });
});

test.each([
  ['before checkpoints', 0],
  ['after them', 100],
])('%s a month leads from what there was to what there is', async (_when, entries) => {
  await database.store.ledger.checkpoint(NOVEMBER.to + 1_000, entries);
  const { id } = workspace;
  const before = await database.store.statements.of(id, OCTOBER);
  const month = await database.store.statements.of(id, NOVEMBER);
  expect(before.opening).toEqual({ available: 100_000_000n, held: 0n, spent: 0n });
  expect(before.closing).toEqual({ available: 70_000_000n, held: 20_000_000n, spent: 10_000_000n });
  expect(month).toEqual({
    ...NOVEMBER,
    workspaceId: id,
    opening: before.closing,
    movements: [
      { kind: 'hold', entries: 1, available: -5_000_000n, held: 5_000_000n, spent: 0n },
      { kind: 'settle', entries: 2, available: 9_999_999n, held: -25_000_000n, spent: 15_000_001n },
    ],
    closing: { available: 74_999_999n, held: 0n, spent: 25_000_001n },
    models: [{ model: 'film', requests: 2, tokens: 20, seconds: 5, charged: 15_000_001n }],
  });
});

test.each(['2026-13', '2026-1', '26-11', '', '2026-11-01', '0000-01', '9999-12'])(
  '%j is no month',
  (text) => {
    expect(readMonth(text)).toBeUndefined();
  },
);
