import { newId } from '../../src/core/job/ids';
import { NOW, PRICE, createdJob, newJob, settle, useTestDatabase } from '../support/database';
import type { TestWorkspace } from '../support/database';

/** What an operator is told of budgets and balances is found by whoever sweeps, and written once. */

const database = useTestDatabase();

const DAY = 86_400_000;
const raise = (lowBalance: bigint | null = null, now = NOW) =>
  database.store.alerts.raise({ lowBalance }, now);

/** What was told of a workspace and its keys, in the order of its telling. */
async function toldOf({ id }: TestWorkspace): Promise<string[]> {
  const rows = await database.sql<{ about: string }>(
    'SELECT about FROM alerts WHERE workspace_id = $1 ORDER BY created_at, id',
    [id],
  );
  return rows.map(({ about }) => about);
}
const many = async (workspace: TestWorkspace, count: number, now = NOW): Promise<void> => {
  for (let made = 0; made < count; made += 1) {
    await createdJob(database, newJob(workspace, { now }));
  }
};

test('each share of each budget is told once, and again in the next period', async () => {
  const workspace = await database.makeWorkspace(PRICE * 100n);
  const { keyId } = workspace.principal;
  await database.store.admin.changeKey(keyId, { budgetDay: PRICE * 4n });
  await database.store.admin.changeWorkspace(workspace.id, { budgetMonth: PRICE * 10n }, NOW);
  await many(workspace, 1);
  await raise();
  expect(await toldOf(workspace)).toEqual([]);
  await many(workspace, 1);
  await Promise.all([raise(), raise(), raise()]);
  expect(await toldOf(workspace)).toEqual(['budget day 2026-11-21 50% of 100']);
  await database.store.ledger.checkpoint(NOW, 1_000_000);
  await many(workspace, 2);
  await raise(null, NOW + 1);
  await raise(null, NOW + 2);
  const first = ['50', '80', '100'].map((share) => `budget day 2026-11-21 ${share}% of 100`);
  expect(await toldOf(workspace)).toEqual(first);
  await many(workspace, 4, NOW + DAY);
  await raise(null, NOW + DAY);
  expect((await toldOf(workspace)).slice(3).sort()).toEqual(
    [
      'budget day 2026-11-22 100% of 100',
      'budget day 2026-11-22 50% of 100',
      'budget day 2026-11-22 80% of 100',
      'budget month 2026-11 50% of 250',
      'budget month 2026-11 80% of 250',
    ].sort(),
  );
});

test('a budget that was changed is told of anew, one of 0 and one of a revoked key never', async () => {
  const workspace = await database.makeWorkspace(PRICE * 100n);
  const { keyId } = workspace.principal;
  await many(workspace, 1);
  await database.store.admin.changeKey(keyId, { budget: PRICE, budgetDay: 0n });
  await raise();
  expect(await toldOf(workspace)).toHaveLength(3);
  await database.store.admin.changeKey(keyId, { budget: PRICE * 2n });
  await raise(null, NOW + 1);
  expect((await toldOf(workspace)).slice(3)).toEqual(['budget ever 50% of 50']);
  await database.store.admin.revokeKey(keyId, NOW);
  await database.store.admin.changeKey(keyId, { budget: PRICE });
  await raise(null, NOW + 2);
  expect(await toldOf(workspace)).toHaveLength(4);
});

test('a low balance is told once, and again when it was above the bound between', async () => {
  const workspace = await database.makeWorkspace(PRICE * 2n);
  const low = PRICE * 2n;
  await raise(low);
  expect(await toldOf(workspace)).toEqual([]);
  const job = await createdJob(database, newJob(workspace));
  await raise(low, NOW + 1);
  await raise(low, NOW + 2);
  expect(await toldOf(workspace)).toEqual(['low_balance']);
  await database.store.ledger.checkpoint(NOW, 1_000_000);
  await settle(database, job.id, { kind: 'canceled' });
  await raise(low, NOW + 3);
  await createdJob(database, newJob(workspace));
  await raise(low, NOW + 4);
  expect(await toldOf(workspace)).toEqual(['low_balance', 'low_balance']);
});

test('an alert has its try taken by one process, and none after its end', async () => {
  const workspace = await database.makeWorkspace(PRICE);
  await raise(PRICE + 1n);
  const { alerts } = database.store;
  const due = await alerts.due(NOW, 1_000);
  const mine = due.find(({ workspaceId }) => workspaceId === workspace.id);
  if (!mine) throw new Error('nothing is due');
  expect(JSON.parse(Buffer.from(mine.body).toString())).toMatchObject({
    type: 'balance.low',
    timestamp: new Date(NOW).toISOString(),
    data: { available: '25', low_balance: '25.000001' },
  });
  const taken = await Promise.all(
    Array.from({ length: 5 }, () => alerts.beginTry(mine.id, NOW, NOW + 100)),
  );
  expect(taken.filter((number) => number !== undefined)).toEqual([1]);
  expect(await alerts.beginTry(mine.id, NOW + 99, NOW + 200)).toBeUndefined();
  expect(await alerts.beginTry(mine.id, NOW + 100, NOW + 200)).toBe(2);
  await alerts.endTry(mine.id, { end: 'delivered' });
  expect(await alerts.beginTry(mine.id, NOW + DAY, NOW + 2 * DAY)).toBeUndefined();
  expect(await alerts.beginTry(newId(), NOW, NOW)).toBeUndefined();
});
