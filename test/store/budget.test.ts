import { newId } from '../../src/core/job/ids';
import type { KeySettings } from '../../src/core/operator/admin';
import type { NewJob } from '../../src/core/ports/store/jobs';
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

/** What all jobs of one key hold and have spent never passes its budget, however they arrive. */

const database = useTestDatabase();

const OVER = { kind: 'over_budget', of: 'key', period: 'ever', renewsAt: null };
const rich = () => database.makeWorkspace(PRICE * 1_000n);
const change = (workspace: TestWorkspace, settings: Partial<KeySettings>) =>
  database.store.admin.changeKey(workspace.principal.keyId, settings);
const spending = async (keyId: string) => {
  const key = await database.store.admin.key(keyId, NOW);
  return key && { held: key.held, spent: key.spent };
};
/** A second key of the same workspace. */
async function secondKey(workspace: TestWorkspace, budget: bigint | null): Promise<TestWorkspace> {
  const keyId = newId();
  const settings = {
    name: 'second',
    scopes: [],
    models: null,
    group: null,
    ...{ budget, budgetDay: null, budgetMonth: null },
    expiresAt: null,
    joinsIdentical: false,
  };
  const minted = { key: '', prefix: 'rl_live_x', hash: keyId };
  await database.store.admin.once(
    { workspaceId: workspace.id, idempotency: undefined, now: NOW },
    async (rows) => {
      await rows.addKey({ ...settings, id: keyId, workspaceId: workspace.id }, minted, NOW);
      return { status: 200 };
    },
  );
  return { ...workspace, principal: { ...workspace.principal, keyId } };
}

async function countOf(jobs: NewJob[]): Promise<Record<string, number>> {
  const outcomes = await Promise.all(jobs.map((job) => database.store.jobs.create(job)));
  const counts: Record<string, number> = {};
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

test('thirty creates at once against a budget for seven make exactly seven jobs', async () => {
  const workspace = await rich();
  await change(workspace, { budget: PRICE * 7n + (PRICE - 1n) });
  const jobs = Array.from({ length: 30 }, () => newJob(workspace));
  expect(await countOf(jobs)).toEqual({ created: 7, over_budget: 23 });
  expect(await spending(workspace.principal.keyId)).toEqual({ held: PRICE * 7n, spent: 0n });
  expect(await database.store.ledger.balance(workspace.id)).toMatchObject({ held: PRICE * 7n });
  expect(
    await database.sql('SELECT 1 FROM jobs WHERE workspace_id = $1', [workspace.id]),
  ).toHaveLength(7);
});

test('a refused create leaves no trace, says what is left, and its idempotency key stays free', async () => {
  const workspace = await rich();
  await change(workspace, { budget: PRICE - 1n });
  const idempotency = { key: 'later', route: 'POST /v1/videos', fingerprint: 'f' };
  const before = await database.sql('SELECT id FROM ledger');
  expect(await database.store.jobs.create(newJob(workspace, { idempotency }))).toEqual({
    ...OVER,
    left: PRICE - 1n,
  });
  expect(await database.sql('SELECT id FROM ledger')).toEqual(before);
  await change(workspace, { budget: PRICE });
  await createdJob(database, newJob(workspace, { idempotency }));
});

test('keys of one workspace have each their own, and one without has none', async () => {
  const workspace = await rich();
  await change(workspace, { budget: PRICE * 2n });
  const [other, free] = [await secondKey(workspace, PRICE * 3n), await secondKey(workspace, null)];
  const jobs = Array.from({ length: 36 }, (_, index) =>
    newJob([workspace, other, free][index % 3] ?? workspace),
  );
  expect(await countOf(jobs)).toEqual({ created: 2 + 3 + 12, over_budget: 10 + 9 });
});

test('a job of no key, which a workflow asked for, is nobody’s budget', async () => {
  const workspace = await rich();
  await change(workspace, { budget: 0n });
  const principal = { ...workspace.principal, keyId: null };
  await createdJob(database, newJob(workspace, { principal }));
  expect(await spending(workspace.principal.keyId)).toEqual({ held: 0n, spent: 0n });
});

test('what a job did not cost is free again, what it cost stays spent', async () => {
  const workspace = await rich();
  await change(workspace, { budget: PRICE * 2n });
  const [lost, made] = [
    await createdJob(database, newJob(workspace)),
    await createdJob(database, newJob(workspace)),
  ];
  expect(await countOf([newJob(workspace)])).toEqual({ over_budget: 1 });
  await settle(database, lost.id, { kind: 'canceled' });
  const { id } = await acceptedAttempt(database, made);
  await database.store.attempts.recordLook(id, { verdict: SUCCEEDED, reply: undefined, now: NOW });
  await settle(database, made.id);
  expect(await spending(workspace.principal.keyId)).toEqual({ held: 0n, spent: PRICE });
  expect(await countOf([newJob(workspace), newJob(workspace)])).toEqual({
    created: 1,
    over_budget: 1,
  });
});

test('one that is lowered below what is spent stops everything but free models', async () => {
  const workspace = await rich();
  await createdJob(database, newJob(workspace));
  await change(workspace, { budget: 1n });
  expect(await database.store.jobs.create(newJob(workspace, { price: 1n }))).toEqual({
    ...OVER,
    left: 0n,
  });
  await createdJob(database, newJob(workspace, { price: 0n }));
  await change(workspace, { budget: null });
  await createdJob(database, newJob(workspace));
});

test('the workspace’s points bind as well, and are what is told then', async () => {
  const workspace = await database.makeWorkspace(PRICE * 2n);
  await change(workspace, { budget: PRICE * 5n });
  const jobs = Array.from({ length: 10 }, () => newJob(workspace));
  expect(await countOf(jobs)).toEqual({ created: 2, insufficient: 8 });
});
