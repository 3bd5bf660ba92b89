import { sweep } from '../../activities/sweep';
import { newId } from '../../src/core/job/ids';
import { GIVEN_MAX } from '../../src/core/money/ledger';
import type { BookedEntry } from '../../src/core/money/ledger';
import type { AdminRows, PastBound, TooMuch } from '../../src/core/ports/store/admin';
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

/** What operators book: no points from nowhere, none below zero, and no more given back than was charged. */

const database = useTestDatabase();

const DAY = 86_400_000;
const row = (workspaceId: string, idempotencyKey: string = newId()) => ({
  workspaceId,
  idempotencyKey,
  byKeyId: null,
  now: NOW,
});
const balance = (workspaceId: string) => database.store.ledger.balance(workspaceId);

/** Books in a transaction, as the admin API does. */
async function book<Made>(make: (rows: AdminRows) => Promise<Made>): Promise<Made> {
  const made: Made[] = [];
  await database.store.admin.once(
    { workspaceId: database.workspace.id, idempotency: undefined, now: NOW },
    async (rows) => {
      made.push(await make(rows));
      return { status: 201 };
    },
  );
  return made[0] as Made;
}
const adjust = (workspaceId: string, amount: bigint, key?: string) =>
  book((rows) => rows.adjust({ ...row(workspaceId, key), amount, note: 'by hand' }));
const refund = (workspaceId: string, jobId: string, amount?: bigint, key?: string) =>
  book((rows) => rows.refund({ ...row(workspaceId, key), jobId, amount, note: 'sorry' }));
const give = (workspaceId: string, amount: bigint, expiresAt: number | null, key?: string) =>
  book((rows) => rows.topUp({ ...row(workspaceId, key), amount, note: null, expiresAt }));
async function topUp(workspaceId: string, amount: bigint, expiresAt: number): Promise<BookedEntry> {
  const made = await give(workspaceId, amount, expiresAt);
  if (!isBooked(made)) throw new Error('was not booked');
  return made;
}

async function charged(workspace: TestWorkspace): Promise<string> {
  const job = await createdJob(database, newJob(workspace));
  const { id } = await acceptedAttempt(database, job);
  await database.store.attempts.recordLook(id, { verdict: SUCCEEDED, reply: undefined, now: NOW });
  await settle(database, job.id);
  return job.id;
}

type Made = BookedEntry | TooMuch | PastBound;
const isBooked = (made: Made): made is BookedEntry => 'id' in made;

describe('an adjustment', () => {
  test('moves what is available either way and keeps its words', async () => {
    const { id } = await database.makeWorkspace(PRICE);
    expect(await adjust(id, -PRICE)).toMatchObject({
      kind: 'adjust',
      available: -PRICE,
      note: 'by hand',
    });
    expect(await adjust(id, 3n)).toMatchObject({ available: 3n, held: 0n, spent: 0n });
    expect(await balance(id)).toEqual({ available: 3n, held: 0n, spent: 0n });
  });

  test('of twenty at once, each of a tenth of what there is, ten are booked', async () => {
    const { id } = await database.makeWorkspace(100n);
    const made = await Promise.all(Array.from({ length: 20 }, () => adjust(id, -10n)));
    expect(made.filter(isBooked)).toHaveLength(10);
    expect(made.filter((one) => !isBooked(one))).toEqual(
      Array.from({ length: 10 }, () => ({ kind: 'too_much', left: 0n })),
    );
    expect(await balance(id)).toMatchObject({ available: 0n });
  });

  test('and creates at the same time never pass the balance together', async () => {
    const workspace = await database.makeWorkspace(PRICE * 10n);
    await Promise.all([
      ...Array.from({ length: 10 }, () => adjust(workspace.id, -PRICE)),
      ...Array.from({ length: 10 }, () => database.store.jobs.create(newJob(workspace))),
    ]);
    const { available, held } = await balance(workspace.id);
    expect(available).toBe(0n);
    expect(held % PRICE).toBe(0n);
  });
});

describe('what a workspace is given in all', () => {
  const most = GIVEN_MAX / 4n;

  test('never passes the bound, though twelve want to give a quarter of it at once', async () => {
    const workspace = await database.makeWorkspace(PRICE);
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        index % 2 === 0 ? give(workspace.id, most, null) : adjust(workspace.id, most),
      ),
    );
    expect(made.filter(isBooked)).toHaveLength(3);
    expect(made.filter((one) => !isBooked(one))).toEqual(
      Array.from({ length: 9 }, () => ({ kind: 'past_bound', left: most - PRICE })),
    );
    expect(isBooked(await give(workspace.id, most - PRICE, null))).toBe(true);
    expect(await balance(workspace.id)).toMatchObject({ available: GIVEN_MAX });
  });

  test('counts what jobs hold and have spent, and a repeat of what was given is still its answer', async () => {
    const workspace = await database.makeWorkspace(PRICE * 2n);
    await charged(workspace);
    await createdJob(database, newJob(workspace));
    const first = await give(workspace.id, GIVEN_MAX - PRICE * 2n, null, 'all');
    expect(await give(workspace.id, 1n, null)).toEqual({ kind: 'past_bound', left: 0n });
    expect(await give(workspace.id, GIVEN_MAX - PRICE * 2n, null, 'all')).toEqual(first);
    await adjust(workspace.id, -5n);
    expect(await adjust(workspace.id, 6n)).toEqual({ kind: 'past_bound', left: 5n });
  });

  test('is summed for everybody, also where it is all that may be given, held and given again', async () => {
    const workspaces = await Promise.all(
      Array.from({ length: 12 }, () => database.makeWorkspace(GIVEN_MAX)),
    );
    for (const workspace of workspaces) {
      await createdJob(database, { ...newJob(workspace), price: GIVEN_MAX });
    }
    const [lender] = workspaces;
    if (!lender) throw new Error('there is no workspace');
    for (let round = 0; round < 12; round += 1) {
      const [open] = (await database.store.jobs.list(lender.id, { limit: 1, order: 'desc' })).jobs;
      await settle(database, open?.id ?? '', { kind: 'canceled' });
      await createdJob(database, { ...newJob(lender), price: GIVEN_MAX });
    }
    await adjust((await database.makeWorkspace(PRICE)).id, 1n);
    const { checkpoints } = await sweep(sweepDeps(database))();
    expect(checkpoints).toBeGreaterThan(12 * 3);
    expect(await database.store.ledger.checkpoint(NOW, 1_000_000)).toBe(0);
    expect(await balance(lender.id)).toEqual({ available: 0n, held: GIVEN_MAX, spent: 0n });
  });

  test('is no more at the beginning', async () => {
    await expect(database.makeWorkspace(GIVEN_MAX + 1n)).rejects.toThrow('too many points');
  });
});

describe('a refund', () => {
  test('gives all back unless told, to the workspace and to the budget of the job’s key', async () => {
    const workspace = await database.makeWorkspace(PRICE);
    const { keyId } = workspace.principal;
    await database.store.admin.changeKey(keyId, { budget: PRICE });
    const jobId = await charged(workspace);
    expect((await database.store.jobs.create(newJob(workspace))).kind).toBe('insufficient');
    expect(await refund(workspace.id, jobId)).toMatchObject({
      kind: 'refund',
      ...{ jobId, keyId, available: PRICE, held: 0n, spent: -PRICE },
    });
    expect(await balance(workspace.id)).toEqual({ available: PRICE, held: 0n, spent: 0n });
    expect(await database.store.admin.key(keyId, NOW)).toMatchObject({ spent: 0n });
    await createdJob(database, newJob(workspace));
  });

  test('of forty at once never passes the charge', async () => {
    const workspace = await database.makeWorkspace(PRICE);
    const jobId = await charged(workspace);
    const made = await Promise.all(
      Array.from({ length: 40 }, () => refund(workspace.id, jobId, PRICE / 10n)),
    );
    expect(made.filter(isBooked)).toHaveLength(10);
    expect(await balance(workspace.id)).toMatchObject({ available: PRICE, spent: 0n });
    expect(await refund(workspace.id, jobId)).toEqual({ kind: 'too_much', left: 0n });
  });

  test('says what is left of the charge, and books nothing past it', async () => {
    const workspace = await database.makeWorkspace(PRICE);
    const jobId = await charged(workspace);
    await refund(workspace.id, jobId, 1n);
    expect(await refund(workspace.id, jobId, PRICE)).toEqual({
      kind: 'too_much',
      left: PRICE - 1n,
    });
    expect(await refund(workspace.id, jobId)).toMatchObject({ available: PRICE - 1n });
  });

  test('of a job that was charged nothing is none', async () => {
    const workspace = await database.makeWorkspace(PRICE);
    const job = await createdJob(database, newJob(workspace));
    await settle(database, job.id, { kind: 'canceled' });
    expect(await refund(workspace.id, job.id)).toEqual({ kind: 'too_much', left: 0n });
  });
});

test('under one idempotency key a booking of each kind is made once', async () => {
  const workspace = await database.makeWorkspace(PRICE);
  const jobId = await charged(workspace);
  const again = async <Made>(make: () => Promise<Made>) => [await make(), await make()];
  for (const [first, second] of [
    await again(() => adjust(workspace.id, 5n, 'same')),
    await again(() => refund(workspace.id, jobId, 7n, 'same')),
  ]) {
    expect(second).toEqual(first);
  }
  expect(await balance(workspace.id)).toMatchObject({ available: 12n });
});

describe('points for a time', () => {
  const expireAll = async (now: number) => (await sweep(sweepDeps(database, { now }))()).expires;

  test('end once, when their time is over and not before, and what was used of them does not', async () => {
    const workspace = await database.makeWorkspace(PRICE);
    const { id: entryId } = await topUp(workspace.id, PRICE, NOW + DAY);
    await charged(workspace);
    await topUp(workspace.id, 5n, NOW + 2 * DAY);
    expect(await expireAll(NOW + DAY - 1)).toBe(0);
    expect(await expireAll(NOW + DAY)).toBe(1);
    expect(await expireAll(NOW + DAY)).toBe(0);
    expect(await balance(workspace.id)).toMatchObject({ available: PRICE + 5n, spent: PRICE });
    expect(await expireAll(NOW + 2 * DAY)).toBe(1);
    expect(await balance(workspace.id)).toMatchObject({ available: PRICE });
    const { items } = await database.store.admin.ledger(workspace.id, {
      limit: 10,
      kind: 'expire',
    });
    expect(items.map(({ available }) => available)).toEqual([-5n, 0n]);
    expect(items[1]).toMatchObject({ entryId, jobId: null, keyId: null });
  });

  test('that a job holds stay, and are without an end when it gives them back', async () => {
    const workspace = await database.makeWorkspace(0n);
    await topUp(workspace.id, PRICE + 1n, NOW + DAY);
    const job = await createdJob(database, newJob(workspace));
    await expireAll(NOW + DAY);
    expect(await balance(workspace.id)).toEqual({ available: 0n, held: PRICE, spent: 0n });
    await settle(database, job.id, { kind: 'canceled' });
    await expireAll(NOW + 9 * DAY);
    expect(await balance(workspace.id)).toMatchObject({ available: PRICE });
  });

  test('that a job held when their time was over stay, though it ends before the sweep', async () => {
    const workspace = await database.makeWorkspace(10n);
    await topUp(workspace.id, PRICE * 2n, NOW + DAY);
    const job = await createdJob(database, newJob(workspace));
    await settle(database, job.id, { kind: 'canceled' }, NOW + DAY + 1);
    expect(await balance(workspace.id)).toMatchObject({ available: PRICE * 2n + 10n });
    expect(await expireAll(NOW + DAY + 2)).toBe(1);
    expect(await balance(workspace.id)).toEqual({ available: PRICE + 10n, held: 0n, spent: 0n });
  });

  test('are the same before and after checkpoints, and two sweeps at once end them once', async () => {
    const workspace = await database.makeWorkspace(PRICE);
    await topUp(workspace.id, PRICE * 3n, NOW + DAY);
    await charged(workspace);
    await database.store.ledger.checkpoint(NOW, 1_000_000);
    await charged(workspace);
    const due = await database.store.ledger.dueTopUps(NOW + DAY, 10);
    const mine = due.filter(({ workspaceId }) => workspaceId === workspace.id);
    expect(mine).toHaveLength(1);
    const [one] = mine;
    if (!one) throw new Error('nothing is due');
    const ended = await Promise.all(
      Array.from({ length: 4 }, () => database.store.ledger.expire(one, NOW + DAY)),
    );
    expect(ended.filter((wasFirst) => wasFirst)).toHaveLength(1);
    expect(await balance(workspace.id)).toMatchObject({ available: PRICE, spent: PRICE * 2n });
  });

  test('end while creates want them, and nothing falls below zero', async () => {
    const workspace = await database.makeWorkspace(0n);
    await topUp(workspace.id, PRICE * 5n, NOW + DAY);
    const due = await database.store.ledger.dueTopUps(NOW + DAY, 100);
    const mine = due.filter(({ workspaceId }) => workspaceId === workspace.id);
    await Promise.all([
      ...Array.from({ length: 10 }, () => database.store.jobs.create(newJob(workspace))),
      ...mine.map((one) => database.store.ledger.expire(one, NOW + DAY)),
    ]);
    const { available, held } = await balance(workspace.id);
    expect(available).toBe(0n);
    expect(held % PRICE).toBe(0n);
  });
});

test('the entries of a workspace are listed newest first, by kind, job and time, page by page', async () => {
  const workspace = await database.makeWorkspace(PRICE * 2n);
  const jobId = await charged(workspace);
  await refund(workspace.id, jobId, 1n);
  await charged(workspace);
  await book((rows) =>
    rows.topUp({ ...row(workspace.id), amount: 9n, note: 'n', expiresAt: null, now: NOW + DAY }),
  );
  const kinds = async (query: object) =>
    (await database.store.admin.ledger(workspace.id, { limit: 10, ...query })).items.map(
      ({ kind }) => kind,
    );
  const all = ['top_up', 'settle', 'hold', 'refund', 'settle', 'hold', 'top_up'];
  expect(await kinds({})).toEqual(all);
  expect(await kinds({ jobId })).toEqual(['refund', 'settle', 'hold']);
  expect(await kinds({ kind: 'settle' })).toEqual(['settle', 'settle']);
  expect(await kinds({ from: NOW + DAY })).toEqual(['top_up']);
  expect(await kinds({ to: NOW + 1 })).toEqual(['hold', 'refund', 'hold', 'top_up']);
  const paged: string[] = [];
  let after: bigint | undefined;
  for (let hasMore = true; hasMore;) {
    const page = await database.store.admin.ledger(workspace.id, { limit: 2, after });
    paged.push(...page.items.map(({ kind }) => kind));
    ({ hasMore } = page);
    after = page.items.at(-1)?.id;
  }
  expect(paged).toEqual(all);
});
