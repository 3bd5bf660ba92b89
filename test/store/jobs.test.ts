import { newId } from '../../src/core/job/ids';
import type { Job } from '../../src/core/job/job';
import type { PageQuery } from '../../src/core/job/page';
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

/** Reading, paging, canceling and deleting jobs; and that no workspace sees anything of another one. */

const database = useTestDatabase();

describe('pages', () => {
  let workspace: TestWorkspace;
  let ids: string[];
  beforeEach(async () => {
    workspace = await database.makeWorkspace(PRICE * 100n);
    ids = [];
    // Three at a time share their moment, so that the id has to decide.
    for (let index = 0; index < 9; index += 1) {
      const now = NOW + Math.floor(index / 3) * 1_000;
      ids.push((await createdJob(database, newJob(workspace, { now }))).id);
    }
  });

  const page = async (query: Partial<PageQuery>) => {
    const { jobs, hasMore } = await database.store.jobs.list(workspace.id, {
      limit: 4,
      order: 'desc',
      ...query,
    });
    return { ids: jobs.map(({ id }) => id), hasMore };
  };

  /** All pages from the first on, each found by the last id of the one before it. */
  async function walk(order: 'asc' | 'desc', between: () => Promise<unknown>): Promise<string[]> {
    const seen: string[] = [];
    let after: string | undefined;
    for (let round = 0; round < 20; round += 1) {
      const found = await page({ order, after, limit: 2 });
      seen.push(...found.ids);
      if (!found.hasMore) return seen;
      after = found.ids.at(-1);
      await between();
    }
    throw new Error('the pages have no end');
  }

  test.each(['asc', 'desc'] as const)(
    '%s, one after the other, show every job once',
    async (order) => {
      const seen = await walk(order, () => Promise.resolve());
      expect(seen).toEqual(order === 'asc' ? ids : ids.toReversed());
    },
  );

  test('newest first stay the same while new jobs arrive', async () => {
    const seen = await walk('desc', () =>
      createdJob(database, newJob(workspace, { now: NOW + 60_000 })),
    );
    expect(seen).toEqual(ids.toReversed());
  });

  test('oldest first stay the same, and the new jobs come at their end', async () => {
    const arrived: string[] = [];
    const seen = await walk('asc', async () => {
      if (arrived.length === 3) return;
      arrived.push((await createdJob(database, newJob(workspace, { now: NOW + 60_000 }))).id);
    });
    expect(seen).toEqual([...ids, ...arrived]);
  });

  test('after a job that was deleted in between go on where it was', async () => {
    const cursor = ids[5] ?? '';
    await settle(database, cursor, { kind: 'canceled' });
    await database.store.jobs.markDeleted(workspace.id, cursor, NOW);
    expect(await page({ after: cursor })).toEqual({
      ids: ids.slice(1, 5).toReversed(),
      hasMore: true,
    });
    expect((await page({ limit: 100 })).ids).not.toContain(cursor);
  });

  test.each([
    ['desc', { before: 4 }, [8, 7, 6, 5], false],
    ['desc', { before: 3, limit: 2 }, [5, 4], true],
    ['desc', { before: 8 }, [], false],
    ['asc', { before: 4 }, [0, 1, 2, 3], false],
    ['asc', { before: 6, limit: 2 }, [4, 5], true],
    ['asc', { after: 6 }, [7, 8], false],
    ['desc', { after: 2 }, [1, 0], false],
    ['desc', { after: 0 }, [], false],
    ['desc', { limit: 0 }, [], true],
    ['desc', { limit: 0, after: 0 }, [], false],
    ['desc', { after: 7, before: 2 }, [6, 5, 4, 3], false],
    ['desc', { after: 8, before: 1, limit: 2 }, [7, 6], true],
    ['desc', { after: 2, before: 7 }, [], false],
    ['asc', { after: 1, before: 5 }, [2, 3, 4], false],
    ['asc', { after: 1, before: 8, limit: 3 }, [2, 3, 4], true],
    ['desc', { limit: 9 }, [8, 7, 6, 5, 4, 3, 2, 1, 0], false],
    ['desc', { limit: 8 }, [8, 7, 6, 5, 4, 3, 2, 1], true],
  ] as const)('%s with %j keep the order of the list', async (order, asked, expected, hasMore) => {
    const { after, before, limit } = { after: undefined, before: undefined, limit: 4, ...asked };
    const found = await page({
      order,
      limit,
      after: after === undefined ? undefined : ids[after],
      before: before === undefined ? undefined : ids[before],
    });
    expect(found).toEqual({ ids: expected.map((index) => ids[index]), hasMore });
  });

  test.each(['after', 'before'] as const)('%s a job that nobody knows are empty', async (side) => {
    expect(await page({ [side]: newId() })).toEqual({ ids: [], hasMore: false });
  });

  test('know the jobs of their workspace for edges, deleted ones too, and nobody else’s', async () => {
    const [deleted = '', living = ''] = ids;
    await settle(database, deleted, { kind: 'canceled' });
    await database.store.jobs.markDeleted(workspace.id, deleted, NOW);
    const other = await database.makeWorkspace(PRICE);
    const has = (owner: TestWorkspace, id: string) => database.store.jobs.has(owner.id, id);
    expect(await Promise.all([deleted, living].map((id) => has(workspace, id)))).toEqual([
      true,
      true,
    ]);
    expect(await has(other, living)).toBe(false);
    expect(await has(workspace, newId())).toBe(false);
  });
});

describe('a cancel', () => {
  test('marks an open job once, with one event', async () => {
    const { workspace, store } = database;
    const job = await createdJob(database, newJob(workspace));
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        store.jobs.requestCancel(workspace.id, job.id, NOW + index),
      ),
    );
    expect(new Set(asked.map((row) => row?.state))).toEqual(new Set(['canceling']));
    expect(await store.jobs.isCancelRequested(job.id)).toBe(true);
    const events = await database.sql(
      `SELECT 1 FROM events WHERE job_id = $1 AND type = 'job.canceling'`,
      [job.id],
    );
    expect(events).toHaveLength(1);
  });

  test('of an ended job changes nothing and says how it ended', async () => {
    const { workspace, store } = database;
    const job = await createdJob(database, newJob(workspace));
    const { job: ended } = await settle(database, job.id, { kind: 'canceled' });
    expect(await store.jobs.requestCancel(workspace.id, job.id, NOW)).toEqual(ended);
    expect(await store.jobs.isCancelRequested(job.id)).toBe(false);
  });
});

describe('a delete', () => {
  test('hides an ended job and keeps its bookkeeping', async () => {
    const { workspace, store } = database;
    const job = await createdJob(database, newJob(workspace));
    await settle(database, job.id, { kind: 'canceled' });
    await store.jobs.markDeleted(workspace.id, job.id, NOW + 1);
    await store.jobs.markDeleted(workspace.id, job.id, NOW + 2);
    expect(await store.jobs.get(workspace.id, job.id)).toBeUndefined();
    expect(await store.jobs.requestCancel(workspace.id, job.id, NOW)).toBeUndefined();
    expect(await database.sql('SELECT deleted_at FROM jobs WHERE id = $1', [job.id])).toEqual([
      { deleted_at: new Date(NOW + 1) },
    ]);
    expect(await store.ledger.entriesOf(workspace.id, job.id)).toHaveLength(2);
    expect(await store.ledger.usageOf(workspace.id, job.id)).toHaveLength(1);
  });

  test('leaves an open job alone', async () => {
    const { workspace, store } = database;
    const job = await createdJob(database, newJob(workspace));
    await store.jobs.markDeleted(workspace.id, job.id, NOW);
    expect(await store.jobs.get(workspace.id, job.id)).toEqual(job);
  });
});

describe('a workflow id', () => {
  const key = { key: 'flow', route: 'workflow', fingerprint: 'f', lasting: true as const };

  test('has one job, over all workspaces', async () => {
    const other = await database.makeWorkspace(PRICE * 5n);
    const workflowId = `flow-${newId()}`;
    const job = await createdJob(database, newJob(database.workspace, { workflowId }));
    expect(job.workflowId).toBe(workflowId);
    expect(await database.store.jobs.create(newJob(other, { workflowId }))).toEqual({
      kind: 'mismatch',
    });
    expect(await database.store.ledger.balance(other.id)).toMatchObject({ held: 0n });
    expect(await database.store.sweep.seeds([workflowId], NOW)).toMatchObject([
      { jobId: job.id, workflowId },
    ]);
  });

  test('keeps its answer for ever', async () => {
    const { workspace, store } = database;
    await createdJob(database, newJob(workspace, { idempotency: key, workflowId: newId() }));
    const years = NOW + 100 * 365 * 86_400_000;
    await store.sweep.forgetAnswers(years, 1_000);
    const again = newJob(workspace, { idempotency: key, workflowId: newId(), now: years });
    expect(await store.jobs.create(again)).toMatchObject({ kind: 'replayed' });
  });
});

describe('another workspace’s id', () => {
  let mine: TestWorkspace;
  let theirs: TestWorkspace;
  let job: Job;
  let open: Job;
  const key = { key: 'theirs', route: 'POST /v1/videos', fingerprint: 'f' };
  const render = () => ({ status: 200 });

  beforeAll(async () => {
    mine = await database.makeWorkspace(PRICE * 5n);
    theirs = await database.makeWorkspace(PRICE * 5n);
    job = await createdJob(database, newJob(theirs, { idempotency: key }));
    const attempt = await acceptedAttempt(database, job);
    await database.store.attempts.recordLook(attempt.id, {
      verdict: SUCCEEDED,
      reply: undefined,
      now: NOW,
    });
    await settle(database, job.id);
    await database.store.keeps.record(
      job.id,
      [{ kind: 'video', blob: 'b', bytes: 3, mime: 'video/mp4' }],
      NOW,
    );
    await database.store.inputs.add(theirs.id, { id: 'blob', bytes: 1, mime: 'image/png' }, NOW);
    open = await createdJob(database, newJob(theirs));
  });

  /** Every function that takes a workspace: what it answers to the owner, and to everybody else. */
  const FUNCTIONS: [
    name: string,
    ask: (workspaceId: string) => Promise<unknown>,
    nothing: unknown,
  ][] = [
    ['jobs.get', (id) => database.store.jobs.get(id, job.id), undefined],
    [
      'jobs.list',
      (id) => database.store.jobs.list(id, { limit: 10, order: 'desc' }),
      { jobs: [], hasMore: false },
    ],
    [
      'jobs.list after one of theirs',
      (id) => database.store.jobs.list(id, { limit: 10, order: 'desc', after: open.id }),
      { jobs: [], hasMore: false },
    ],
    [
      'jobs.earlier',
      (id) => database.store.jobs.earlier(id, { idempotency: key, render }, NOW),
      undefined,
    ],
    ['keeps.files', (id) => database.store.keeps.files(id, job.id), []],
    ['keeps.channelOf', (id) => database.store.keeps.channelOf(id, job.id), undefined],
    ['inputs.has', (id) => database.store.inputs.has(id, 'blob'), false],
    ['ledger.entriesOf', (id) => database.store.ledger.entriesOf(id, job.id), []],
    ['ledger.usageOf', (id) => database.store.ledger.usageOf(id, job.id), []],
    ['jobs.requestCancel', (id) => database.store.jobs.requestCancel(id, job.id, NOW), undefined],
  ];

  test.each(FUNCTIONS)('%s answers as if there were nothing', async (_, ask, nothing) => {
    expect(await ask(mine.id)).toEqual(nothing);
    expect(await ask(theirs.id)).not.toEqual(nothing);
  });

  test('cannot be canceled or deleted', async () => {
    const before = await database.sql('SELECT * FROM jobs WHERE workspace_id = $1 ORDER BY id', [
      theirs.id,
    ]);
    for (const { id } of [open, job]) {
      expect(await database.store.jobs.requestCancel(mine.id, id, NOW)).toBeUndefined();
      await database.store.jobs.markDeleted(mine.id, id, NOW);
    }
    expect(
      await database.sql('SELECT * FROM jobs WHERE workspace_id = $1 ORDER BY id', [theirs.id]),
    ).toEqual(before);
  });

  test('a list beside theirs shows my own jobs only, also from their cursor', async () => {
    const own = await createdJob(database, newJob(mine, { now: NOW - 1 }));
    const list = (after?: string) =>
      database.store.jobs.list(mine.id, { limit: 10, order: 'desc', after });
    expect((await list()).jobs).toEqual([own]);
    expect((await list(open.id)).jobs).toEqual([]);
  });

  test('a top-up under their key is mine all the same, and theirs stays theirs', async () => {
    const [one, two] = [await database.makeWorkspace(1n), await database.makeWorkspace(1n)];
    for (const { id } of [one, two, one])
      await database.store.ledger.topUp(id, 5n, 'invoice-1', NOW);
    for (const { id } of [one, two]) {
      expect(await database.store.ledger.balance(id)).toEqual({
        available: 6n,
        held: 0n,
        spent: 0n,
      });
    }
  });

  test('a top-up whose key looks like one of ours stands in nobody’s way', async () => {
    const workspace = await database.makeWorkspace(PRICE * 2n);
    const own = newJob(workspace);
    for (const name of [`hold:${own.id}`, `end:${own.id}`]) {
      await database.store.ledger.topUp(workspace.id, 1n, name, NOW);
    }
    await createdJob(database, own);
    await settle(database, own.id, { kind: 'canceled' });
    expect(await database.store.ledger.balance(workspace.id)).toEqual({
      available: PRICE * 2n + 2n,
      held: 0n,
      spent: 0n,
    });
  });

  test.each([0n, -1n])('a top-up of %d points is an error', async (amount) => {
    await expect(
      database.store.ledger.topUp(mine.id, amount, `none ${amount}`, NOW),
    ).rejects.toThrow('a top-up must add points');
  });
});
