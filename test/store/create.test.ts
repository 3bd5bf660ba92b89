import { newId } from '../../src/core/job/ids';
import type { NewJob } from '../../src/core/ports/store/jobs';
import { createJobs } from '../../src/store/jobs/create-job';
import { openDatabase } from '../../src/store/base/database';
import {
  CREATE_WAITS,
  IDEMPOTENCY_MS,
  NOW,
  PRICE,
  createdJob,
  newJob,
  useTestDatabase,
} from '../support/database';

/** Create is one transaction: everything or nothing, never more than the balance, once per idempotency key. */

const database = useTestDatabase();

const TABLES = ['jobs', 'events', 'idempotency'];

async function rowsOf(workspaceId: string): Promise<Record<string, number>> {
  const counts = await Promise.all(
    [...TABLES, 'ledger'].map(async (table) => {
      const rows = await database.sql(`SELECT 1 FROM ${table} WHERE workspace_id = $1`, [
        workspaceId,
      ]);
      return [table, rows.length] as const;
    }),
  );
  return Object.fromEntries(counts);
}

function fail(message: string): never {
  throw new Error(message);
}

const keyed = (key: string, fingerprint = 'body'): Pick<NewJob, 'idempotency'> => ({
  idempotency: { key, route: 'POST /v1/videos', fingerprint },
});

describe('a job that is created', () => {
  test('has its row, its hold, its event and its answer from one moment on', async () => {
    const workspace = await database.makeWorkspace(PRICE * 2n);
    const job = await createdJob(database, newJob(workspace, keyed('a')));
    expect(await rowsOf(workspace.id)).toEqual({ jobs: 1, events: 1, idempotency: 1, ledger: 2 });
    expect(await database.store.ledger.entriesOf(workspace.id, job.id)).toEqual([
      { kind: 'hold', available: -PRICE, held: PRICE, spent: 0n },
    ]);
    expect(await database.store.ledger.balance(workspace.id)).toEqual({
      available: PRICE,
      held: PRICE,
      spent: 0n,
    });
    expect(await database.sql('SELECT type FROM events WHERE job_id = $1', [job.id])).toEqual([
      { type: 'job.created' },
    ]);
    expect(await database.store.jobs.get(workspace.id, job.id)).toEqual(job);
    expect(job).toMatchObject({
      state: 'queued',
      provider: 'paper',
      channel: 'first',
      price: PRICE,
    });
  });

  test('that is free holds nothing and needs no balance', async () => {
    const workspace = await database.makeWorkspace(1n);
    const job = await createdJob(database, newJob(workspace, { price: 0n }));
    expect(await database.store.ledger.entriesOf(workspace.id, job.id)).toEqual([
      { kind: 'hold', available: 0n, held: 0n, spent: 0n },
    ]);
  });

  test('may cost exactly what is left, and then nothing more', async () => {
    const workspace = await database.makeWorkspace(PRICE);
    await createdJob(database, newJob(workspace));
    expect(await database.store.jobs.create(newJob(workspace, { price: 1n }))).toEqual({
      kind: 'insufficient',
      available: 0n,
    });
  });
});

describe('a create that fails leaves no trace', () => {
  test.each([
    ['the answer cannot be stored', { render: () => ({ status: 200, body: 1n }) }],
    [
      'rendering throws',
      {
        render: () => {
          throw new Error('the dialect failed');
        },
      },
    ],
    ['the price is negative', { price: -1n }],
    ['the key belongs to another workspace', {}],
  ] satisfies [string, Partial<NewJob>][])('when %s', async (name, change) => {
    const workspace = await database.makeWorkspace(PRICE * 5n);
    const before = await rowsOf(workspace.id);
    const principal = name.startsWith('the key')
      ? { ...workspace.principal, keyId: database.workspace.principal.keyId }
      : workspace.principal;
    const job = newJob(workspace, { ...keyed('once'), ...change, principal });
    await expect(database.store.jobs.create(job)).rejects.toThrow();
    expect(await rowsOf(workspace.id)).toEqual(before);
  });

  test('when the balance is too small, and the key stays free for a later try', async () => {
    const workspace = await database.makeWorkspace(PRICE - 1n);
    const before = await rowsOf(workspace.id);
    expect(await database.store.jobs.create(newJob(workspace, keyed('later')))).toEqual({
      kind: 'insufficient',
      available: PRICE - 1n,
    });
    expect(await rowsOf(workspace.id)).toEqual(before);
    await database.store.ledger.topUp(workspace.id, 1n, 'more', NOW);
    await createdJob(database, newJob(workspace, keyed('later')));
  });

  test('when the balance is too small, and costs no database connection', async () => {
    const workspace = await database.makeWorkspace(0n);
    // One connection: another one would be another server process.
    const { db, pool, close } = openDatabase(database.url, {
      connectionsMax: 1,
      onError: (error) => {
        throw error;
      },
    });
    const pid = async () => (await pool.query('SELECT pg_backend_pid() AS pid')).rows;
    const before = await pid();
    const created = await createJobs(db, CREATE_WAITS)(newJob(workspace));
    expect(created.kind).toBe('insufficient');
    expect(await pid()).toEqual(before);
    await close();
  });
});

describe('at the same time', () => {
  test('thirty creates with the points of three make exactly three jobs', async () => {
    const workspace = await database.makeWorkspace(PRICE * 3n + (PRICE - 1n));
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => database.store.jobs.create(newJob(workspace))),
    );
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(3);
    expect(outcomes.filter(({ kind }) => kind === 'insufficient')).toHaveLength(27);
    expect(await database.store.ledger.balance(workspace.id)).toEqual({
      available: PRICE - 1n,
      held: PRICE * 3n,
      spent: 0n,
    });
    expect(await rowsOf(workspace.id)).toMatchObject({ jobs: 3, ledger: 4 });
  });

  test('twenty creates of one key share a few transactions, whatever idempotency keys they have', async () => {
    const workspace = await database.makeWorkspace(PRICE * 20n);
    const jobs = Array.from({ length: 20 }, (_, index) => newJob(workspace, keyed(`own ${index}`)));
    const outcomes = await Promise.all(jobs.map((job) => database.store.jobs.create(job)));
    expect(outcomes.map((outcome) => outcome.kind === 'created' && outcome.job.id)).toEqual(
      jobs.map(({ id }) => id),
    );
    // Rows of one transaction have one xmin.
    const transactions = await database.sql(
      'SELECT DISTINCT xmin::text FROM jobs WHERE workspace_id = $1',
      [workspace.id],
    );
    expect(transactions.length).toBeLessThanOrEqual(2);
    expect(await rowsOf(workspace.id)).toEqual({
      jobs: 20,
      events: 20,
      idempotency: 20,
      ledger: 21,
    });
  });

  test.each([
    ['rendering throws', { render: () => fail('the dialect failed') }],
    ['the answer cannot be stored', { render: () => ({ status: 200, body: 1n }) }],
    ['the price is negative', { price: -1n }],
  ])('a create for which %s fails alone', async (_, change: Partial<NewJob>) => {
    const workspace = await database.makeWorkspace(PRICE * 10n);
    const outcomes = await Promise.allSettled(
      [0, 1, 2, 3, 4].map((index) =>
        database.store.jobs.create(
          newJob(workspace, { ...keyed(`beside ${index}`), ...(index === 2 ? change : {}) }),
        ),
      ),
    );
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(await rowsOf(workspace.id)).toEqual({ jobs: 4, events: 4, idempotency: 4, ledger: 5 });
  });

  test('a create whose idempotency key an open transaction holds keeps no other waiting', async () => {
    const workspace = await database.makeWorkspace(PRICE * 10n);
    const holder = await database.pool.connect();
    const create = (key: string) => database.store.jobs.create(newJob(workspace, keyed(key)));
    let held: ReturnType<typeof create> | undefined;
    try {
      await holder.query('BEGIN');
      await holder.query(
        `INSERT INTO idempotency
           (workspace_id, key, route, fingerprint, job_id, answer, created_at, expires_at)
         VALUES ($1, 'held', 'POST /v1/videos', 'body', NULL, '{"status":200}', now(), 'infinity')`,
        [workspace.id],
      );
      const first = create('before');
      held = create('held');
      const others = await Promise.all([first, create('beside'), create('behind')]);
      expect(others.map(({ kind }) => kind)).toEqual(['created', 'created', 'created']);
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
    expect((await held)?.kind).toBe('created');
  });

  test('two workspaces do not spend each other’s points', async () => {
    const [poor, rich] = await Promise.all([
      database.makeWorkspace(PRICE),
      database.makeWorkspace(PRICE * 20n),
    ]);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        database.store.jobs.create(newJob(index % 2 === 0 ? poor : rich)),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(11);
  });

  test('thirty creates with one key make one job and get thirty equal answers', async () => {
    const workspace = await database.makeWorkspace(PRICE * 30n);
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () =>
        database.store.jobs.create(newJob(workspace, keyed('same'))),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'replayed')).toHaveLength(29);
    const answers = outcomes.map((outcome) => 'answer' in outcome && outcome.answer);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await rowsOf(workspace.id)).toEqual({ jobs: 1, events: 1, idempotency: 1, ledger: 2 });
  });

  test('with one key and the points of none, all thirty are told so and nothing is stored', async () => {
    const workspace = await database.makeWorkspace(1n);
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () =>
        database.store.jobs.create(newJob(workspace, keyed('poor'))),
      ),
    );
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['insufficient']));
    expect(await rowsOf(workspace.id)).toEqual({ jobs: 0, events: 0, idempotency: 0, ledger: 1 });
  });

  test('thirty creates with one expired key make one new job', async () => {
    const workspace = await database.makeWorkspace(PRICE * 30n);
    const first = await createdJob(database, newJob(workspace, keyed('old')));
    const now = NOW + IDEMPOTENCY_MS;
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () =>
        database.store.jobs.create(newJob(workspace, { ...keyed('old'), now })),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'replayed')).toHaveLength(29);
    expect(JSON.stringify(outcomes.map((o) => 'answer' in o && o.answer))).not.toContain(first.id);
    expect(await rowsOf(workspace.id)).toMatchObject({ jobs: 2, idempotency: 1 });
  });

  test('creates under a key that a sweep is just forgetting make one job and no error', async () => {
    const workspace = await database.makeWorkspace(PRICE * 30n);
    for (let round = 0; round < 5; round += 1) {
      const at = NOW + round * IDEMPOTENCY_MS;
      const key = keyed('swept');
      await createdJob(database, newJob(workspace, { ...key, now: at }));
      const [outcomes] = await Promise.all([
        Promise.all(
          [0, 1, 2, 3, 4, 5].map((index) =>
            // One millisecond before the end by the callers' clocks, after it by the sweep's.
            database.store.jobs.create(
              newJob(workspace, { ...key, now: at + IDEMPOTENCY_MS - 1 + (index % 2) }),
            ),
          ),
        ),
        database.store.sweep.forgetAnswers(at + IDEMPOTENCY_MS + 1, 1_000),
      ]);
      expect(outcomes.every(({ kind }) => kind === 'created' || kind === 'replayed')).toBe(true);
      await database.sql(`DELETE FROM idempotency WHERE workspace_id = $1`, [workspace.id]);
    }
  });
});

describe('an idempotency key', () => {
  test('answers a repeat with the stored answer, byte for byte', async () => {
    const { workspace } = database;
    const render = () => ({
      status: 201,
      headers: { location: '/x' },
      body: { z: 1, a: [null, 'ü'] },
    });
    const first = await database.store.jobs.create(
      newJob(workspace, { ...keyed('stored'), render }),
    );
    const again = await database.store.jobs.create(
      newJob(workspace, { ...keyed('stored'), render: () => ({ status: 500 }) }),
    );
    expect([first.kind, again.kind]).toEqual(['created', 'replayed']);
    for (const outcome of [first, again]) {
      expect(JSON.stringify('answer' in outcome && outcome.answer)).toBe(JSON.stringify(render()));
    }
  });

  test('refuses another body', async () => {
    const { workspace } = database;
    await createdJob(database, newJob(workspace, keyed('one-body')));
    const before = await rowsOf(workspace.id);
    expect(await database.store.jobs.create(newJob(workspace, keyed('one-body', 'other')))).toEqual(
      { kind: 'mismatch' },
    );
    expect(await rowsOf(workspace.id)).toEqual(before);
  });

  test.each([
    ['one millisecond before it expires', 'replayed', IDEMPOTENCY_MS - 1],
    ['when it expires', 'created', IDEMPOTENCY_MS],
    ['long after', 'created', IDEMPOTENCY_MS * 10],
  ])('%s a repeat is %s', async (name, kind, later) => {
    const { workspace } = database;
    await createdJob(database, newJob(workspace, keyed(name)));
    const again = await database.store.jobs.create(
      newJob(workspace, { ...keyed(name), now: NOW + later }),
    );
    expect(again.kind).toBe(kind);
  });

  test('belongs to its workspace and its route alone', async () => {
    const [one, two] = await Promise.all([
      database.makeWorkspace(PRICE * 5n),
      database.makeWorkspace(PRICE * 5n),
    ]);
    const key = { key: 'mine', fingerprint: 'f' };
    for (const [workspace, route] of [
      [one, 'POST /a'],
      [one, 'POST /b'],
      [two, 'POST /a'],
    ] as const) {
      await createdJob(database, newJob(workspace, { idempotency: { ...key, route } }));
    }
    expect(await rowsOf(one.id)).toMatchObject({ jobs: 2, idempotency: 2 });
    expect(await rowsOf(two.id)).toMatchObject({ jobs: 1, idempotency: 1 });
  });

  test('that expired is forgotten by the sweep, oldest first, a limited number at a time', async () => {
    const workspace = await database.makeWorkspace(PRICE * 10n);
    await database.sql('DELETE FROM idempotency');
    for (const index of [0, 1, 2, 3]) {
      await createdJob(database, newJob(workspace, { ...keyed(`k${index}`), now: NOW + index }));
    }
    const forget = (now: number, limit: number) => database.store.sweep.forgetAnswers(now, limit);
    expect(await forget(NOW + IDEMPOTENCY_MS - 1, 10)).toBe(0);
    expect(await forget(NOW + IDEMPOTENCY_MS + 2, 2)).toBe(2);
    const left = () =>
      database.sql(`SELECT key FROM idempotency WHERE workspace_id = $1 ORDER BY key`, [
        workspace.id,
      ]);
    expect(await left()).toEqual([{ key: 'k2' }, { key: 'k3' }]);
    expect(await forget(NOW + IDEMPOTENCY_MS + 2, 10)).toBe(1);
    expect(await left()).toEqual([{ key: 'k3' }]);
    expect(await rowsOf(workspace.id)).toMatchObject({ jobs: 4, ledger: 5 });
  });
});

describe('text that Postgres cannot hold', () => {
  test.each([
    ['NUL', 'a\u0000b', 'a\ufffdb'],
    ['a lone high surrogate', 'a\ud83db', 'a\ufffdb'],
    ['a lone low surrogate', '\ude00', '\ufffd'],
    ['an escaped backslash before u0000', 'a\\u0000b', 'a\\u0000b'],
    ['a whole pair', '\ud83d\ude00', '😀'],
  ])('%s is stored readable', async (_, text, stored) => {
    const id = newId();
    const job = await createdJob(
      database,
      newJob(database.workspace, { id, metadata: { [text]: text }, echo: { deep: [{ text }] } }),
    );
    expect(job).toMatchObject({
      metadata: { [stored]: stored },
      echo: { deep: [{ text: stored }] },
    });
    expect(await database.store.jobs.load(id)).toEqual(job);
  });
});
