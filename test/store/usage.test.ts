import { newId } from '../../src/core/job/ids';
import type { TerminalState } from '../../src/core/job/job';
import type { UsageLogQuery } from '../../src/core/money/usage';
import { createdJob, newJob, useTestDatabase } from '../support/database';
import type { TestWorkspace } from '../support/database';

/** Usage is what settling wrote: one workspace's, each request once, sums exact, whether or not they are summed yet. */

const DAY = 86_400_000;
const FIRST_DAY = Date.parse('2026-11-01T00:00:00Z');

const database = useTestDatabase();
let mine: TestWorkspace;
let other: TestWorkspace;
const ids: string[] = [];

beforeAll(async () => {
  mine = database.workspace;
  other = await database.makeWorkspace(1_000_000_000n);
  ids.push(await used(mine, { at: FIRST_DAY - 1, model: 'clip', charged: 1_500_000n }));
  ids.push(await used(mine, { at: FIRST_DAY, model: 'clip', charged: 2_000_001n }));
  ids.push(
    await used(mine, { at: FIRST_DAY + DAY - 1, model: 'film', charged: 0n, state: 'failed' }),
  );
  ids.push(
    await used(mine, { at: FIRST_DAY + DAY, model: 'film', charged: 10n ** 17n, keyless: true }),
  );
  await used(other, { at: FIRST_DAY, model: 'clip', charged: 7n });
});

async function used(
  workspace: TestWorkspace,
  end: { at: number; model: string; charged: bigint; state?: TerminalState; keyless?: true },
): Promise<string> {
  const request = { model: end.model, prompt: 'p', inputs: [], passthrough: {} };
  const { id } = await createdJob(
    database,
    newJob(workspace, { id: newId(), request, price: 1n, now: end.at - 60_000 }),
  );
  await database.sql(
    `WITH ended AS (
       INSERT INTO ledger (workspace_id, job_id, kind, available, held, spent, idempotency_key, at)
       VALUES ($2, $1, 'release', 1, -1, 0, 'end:' || gen_random_uuid(), $7))
     INSERT INTO usage (job_id, workspace_id, key_id, model, provider, state, tokens, seconds, charged, at)
     VALUES ($1, $2, $3, $4, 'paper', $5, 1000, 2.5, $6, $7)`,
    [
      id,
      workspace.id,
      end.keyless ? null : workspace.principal.keyId,
      end.model,
      end.state ?? 'succeeded',
      end.charged.toString(),
      new Date(end.at),
    ],
  );
  return id;
}

const log = async (query: Partial<UsageLogQuery> = {}, workspace = mine) => {
  const page = await database.store.usage.log(workspace.id, { limit: 10, offset: 0, ...query });
  return { total: page.total, ids: page.rows.map(({ jobId }) => ids.indexOf(jobId)) };
};

describe.each([
  { when: 'not summed', entries: 0 },
  { when: 'summed in part', entries: 5 },
  { when: 'all summed', entries: 100 },
])('while the rows are $when', ({ entries }) => {
  beforeAll(() => database.store.ledger.checkpoint(FIRST_DAY, entries));

  test('the log is the latest first, with what each request was', async () => {
    const { rows, total } = await database.store.usage.log(mine.id, { limit: 1, offset: 1 });
    expect(total).toBe(4);
    expect(rows).toEqual([
      {
        jobId: ids[2],
        dialect: 'videos',
        model: 'film',
        state: 'failed',
        keyId: mine.principal.keyId,
        tokens: 1000,
        seconds: 2.5,
        charged: 0n,
        createdAt: FIRST_DAY + DAY - 1 - 60_000,
        endedAt: FIRST_DAY + DAY - 1,
      },
    ]);
  });

  test('pages follow on each other, and one past the end is empty with the same total', async () => {
    expect(await log({ limit: 3 })).toEqual({ total: 4, ids: [3, 2, 1] });
    expect(await log({ limit: 3, offset: 3 })).toEqual({ total: 4, ids: [0] });
    expect(await log({ offset: 50 })).toEqual({ total: 4, ids: [] });
  });

  test('a range takes its start and not its end; model and key narrow it', async () => {
    expect(await log({ from: FIRST_DAY, to: FIRST_DAY + DAY })).toEqual({ total: 2, ids: [2, 1] });
    const years = { from: Date.parse('0001-01-01'), to: Date.parse('9999-12-31T23:59:59.999Z') };
    expect(await log(years)).toMatchObject({ total: 4 });
    expect(await log({ model: 'clip' })).toEqual({ total: 2, ids: [1, 0] });
    expect(await log({ key: mine.principal.keyId })).toEqual({ total: 3, ids: [2, 1, 0] });
    expect(await log({ key: mine.principal.keyId, model: 'film' })).toEqual({ total: 1, ids: [2] });
  });

  test('nobody sees what another workspace used, by no filter', async () => {
    expect(await log({ key: mine.principal.keyId }, other)).toEqual({ total: 0, ids: [] });
    expect(await log({}, other)).toEqual({ total: 1, ids: [-1] });
    const summary = await database.store.usage.summary(other.id, { groupBy: 'model' });
    expect(summary).toMatchObject({ requests: 1, charged: 7n });
  });

  test('a summary is exact beyond what a number holds, by UTC day, model and key', async () => {
    const sums = (requests: number, charged: bigint) => ({
      requests,
      tokens: requests * 1000,
      seconds: requests * 2.5,
      charged,
    });
    const byModel = [
      { model: 'clip', ...sums(2, 3_500_001n) },
      { model: 'film', ...sums(2, 10n ** 17n) },
    ];
    const all = { ...sums(4, 10n ** 17n + 3_500_001n), byModel };
    const ask = (groupBy: 'day' | 'model' | 'key') =>
      database.store.usage.summary(mine.id, { groupBy });
    expect(await ask('day')).toEqual({
      ...all,
      groups: [
        { name: '2026-11-02', ...sums(1, 10n ** 17n) },
        { name: '2026-11-01', ...sums(2, 2_000_001n) },
        { name: '2026-10-31', ...sums(1, 1_500_000n) },
      ],
    });
    expect(await ask('key')).toEqual({
      ...all,
      groups: [
        { name: mine.principal.keyId, ...sums(3, 3_500_001n) },
        { name: null, ...sums(1, 10n ** 17n) },
      ],
    });
    expect((await ask('model')).groups).toEqual(
      byModel.map(({ model, ...rest }) => ({ name: model, ...rest })),
    );
  });

  test('an empty range is zeros and no groups', async () => {
    const query = { groupBy: 'day', from: 0, to: 1 } as const;
    expect(await database.store.usage.summary(mine.id, query)).toEqual({
      requests: 0,
      tokens: 0,
      seconds: 0,
      charged: 0n,
      byModel: [],
      groups: [],
    });
  });
});
