import { account } from '../src/dialects/account';
import { admin } from '../src/dialects/admin';
import type { Answer } from '../src/core/api/answer';
import type { Api } from '../src/core/api/dialect';
import type { RouteInput } from '../src/core/api/route';
import { renderId } from '../src/core/job/ids';
import { formatPoints } from '../src/core/money/pricing';
import { createUsageReports } from '../src/gateway/usage-reports';
import type { Gateway } from '../src/core/ports/gateway/gateway';
import { keepBooks, numbersOf } from './support/books';
import type { Books, Ended, Line } from './support/books';
import { useTestDatabase } from './support/database';
import type { TestWorkspace } from './support/database';

/**
 * The books of a month of three workspaces, checked against sums that were kept beside them. `npm run books` keeps those of
 * 20,000 jobs; `REELAY_BOOKS_SEED` draws another month.
 */

const JOBS = Number(process.env['REELAY_BOOKS_JOBS'] ?? 900);
const SEED = Number(process.env['REELAY_BOOKS_SEED'] ?? 1);
const MONTH = '2031-11';
const [FROM, TO] = [Date.UTC(2031, 10), Date.UTC(2031, 11)];
const WORKSPACES = [0, 1, 2];

const database = useTestDatabase();
const workspaces: TestWorkspace[] = [];
const books: Books = { lines: [], jobs: [] };

beforeAll(
  async () => {
    const random = numbersOf(SEED);
    while (workspaces.length < WORKSPACES.length) workspaces.push(await database.makeWorkspace(1n));
    const kept = await Promise.all(
      workspaces.map((workspace, index) =>
        keepBooks(database, {
          ...{ workspace, index, jobs: Math.floor(JOBS / WORKSPACES.length) },
          ...{ month: { from: FROM, to: TO }, random: numbersOf(Math.floor(random() * 1e9)) },
        }),
      ),
    );
    for (const { lines, jobs } of kept) {
      books.lines.push(...lines);
      books.jobs.push(...jobs);
    }
  },
  60_000 + JOBS * 60,
);

/** Asks a route of our own APIs as the HTTP side does, over the real store. */
async function asked(api: Api, path: string, input: Partial<RouteInput>): Promise<Answer> {
  const route = api.routes.find((one) => one.method === 'GET' && one.path === path);
  if (!route) throw new Error(`no route ${path}`);
  const gateway = {
    ...createUsageReports(database),
    admin: {
      workspace: (id: string) => Promise.resolve({ id }),
      margins: (query: Parameters<Gateway['admin']['margins']>[0]) =>
        database.store.margins.margins(query),
    },
  };
  const query = route.query.parse(input.query ?? {});
  const answer = await route.handle(gateway as unknown as Gateway, {
    ...(input as RouteInput),
    query,
  });
  if ('later' in answer) throw new Error('an answer that is still to come');
  return answer;
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);
const POTS = ['available', 'held', 'spent'] as const;
const pots = (lines: readonly Line[]) =>
  Object.fromEntries(POTS.map((pot) => [pot, formatPoints(sum(lines.map((line) => line[pot])))]));
const groups = <T>(items: readonly T[], nameOf: (item: T) => string): [string, T[]][] => {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(nameOf(item), [...(found.get(nameOf(item)) ?? []), item]);
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
};

test('every kind of entry and of end is in the month', () => {
  expect(groups(books.lines, ({ kind }) => kind).map(([kind]) => kind)).toEqual([
    ...['adjust', 'expire', 'hold', 'refund', 'release', 'settle', 'top_up'],
  ]);
  expect(books.jobs.filter(({ late }) => late).length).toBeGreaterThan(0);
  expect(books.jobs.filter(({ cost }) => cost === null).length).toBeGreaterThan(0);
  // Some creates were refused for want of points.
  expect(books.jobs.length).toBeLessThan(JOBS);
});

describe.each(WORKSPACES)('workspace %d', (index) => {
  const mine = () => books.lines.filter(({ workspace }) => workspace === index);
  const principal = () => ({ workspaceId: workspaces[index]?.id ?? '' }) as RouteInput['principal'];
  const expected = () => {
    const kinds = groups(mine(), ({ kind }) => kind);
    const jobs = books.jobs.filter(({ workspace }) => workspace === index);
    return {
      // One micro-point was there from the beginning.
      opening: { available: '0.000001', held: '0', spent: '0' },
      closing: { ...pots([...mine(), FIRST]) },
      movements: kinds.map(([kind, lines]) => ({ kind, entries: lines.length, ...pots(lines) })),
      models: groups(jobs, ({ model }) => model).map(([model, ended]) => ({
        model,
        requests: ended.length,
        charged: formatPoints(sum(ended.map(({ charged }) => charged))),
      })),
    };
  };

  test('its statement says what was written down beside it', async () => {
    const { body } = await asked(account, '/v1/statements/:month', {
      principal: principal(),
      params: { month: MONTH },
    });
    expect(body).toMatchObject(expected());
  });

  test('its balance is where the statement ends', async () => {
    const { body } = await asked(account, '/v1/balance', { principal: principal() });
    expect(body).toEqual({ object: 'balance', ...expected().closing });
  });

  test('its table adds up to the same', async () => {
    const { body } = await asked(account, '/v1/statements/:month', {
      ...{ principal: principal(), params: { month: MONTH } },
      query: { format: 'csv' },
    });
    const lines = tableOf(String(body));
    const { movements, closing } = expected();
    expect(lines.filter(({ line }) => line === 'movement')).toEqual(
      movements.map(({ kind, entries, ...moved }) =>
        expect.objectContaining({ name: kind, count: String(entries), ...moved }),
      ),
    );
    expect(lines.find(({ line }) => line === 'closing')).toMatchObject(closing);
  });
});

const FIRST: Line = { workspace: 0, at: 0, kind: 'top_up', available: 1n, held: 0n, spent: 0n };

const NAMES: Record<string, (job: Ended) => string> = {
  model: ({ model }) => model,
  channel: ({ channel }) => channel,
  workspace: ({ workspace }) => renderId('ws', workspaces[workspace]?.id ?? ''),
  provider: () => 'paper',
  key: ({ workspace }) => renderId('key', workspaces[workspace]?.principal.keyId ?? ''),
};

describe.each(Object.keys(NAMES))('by %s', (groupBy) => {
  const expected = () =>
    groups(books.jobs, NAMES[groupBy] ?? (() => '')).map(([name, jobs]) => {
      const charged = sum(jobs.map((job) => job.charged));
      const refunded = sum(jobs.flatMap((job) => job.refunded.map(({ amount }) => amount)));
      const cost = sum(jobs.map((job) => job.cost ?? 0n));
      const late = sum(jobs.map((job) => job.late?.cost ?? 0n));
      return {
        name,
        requests: jobs.length,
        tokens: jobs.reduce((all, { tokens }) => all + tokens, 0),
        charged: formatPoints(charged),
        refunded: formatPoints(refunded),
        cost: formatPoints(cost),
        late_cost: formatPoints(late),
        margin: formatPoints(charged - refunded - cost - late),
        unknown_costs: jobs.filter((job) => (job.late?.cost ?? job.cost) === null).length,
      };
    });

  test('margins are what was charged, less what was given back and what it cost', async () => {
    const query = { group_by: groupBy, month: MONTH };
    const { body } = await asked(admin, '/v1/admin/margins', { query });
    expect((body as { data: unknown[] }).data).toEqual(
      expected().map((row) => expect.objectContaining(row)),
    );
  });

  test('their table says the same', async () => {
    const query = { group_by: groupBy, month: MONTH, format: 'csv' };
    const { body } = await asked(admin, '/v1/admin/margins', { query });
    expect(tableOf(String(body))).toEqual(
      expected().map(({ name, ...row }) =>
        expect.objectContaining({
          [groupBy]: name,
          ...Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)])),
        }),
      ),
    );
  });
});

test('the ledger check finds nothing, before and after checkpoints', async () => {
  const check = () =>
    database.store.ledger.check({ endsBy: Date.now() + 120_000, now: Date.now, limit: 10_000 });
  const before = await check();
  await database.store.ledger.checkpoint(TO, 1_000_000);
  expect([before, await check()].map((report) => report?.faults)).toEqual([[], []]);
});

/** Reads a table by the names of its columns; no text in these has a comma. */
function tableOf(csv: string): Record<string, string>[] {
  const [head = '', ...lines] = csv.trimEnd().split('\r\n');
  const names = head.split(',');
  return lines.map((line) =>
    Object.fromEntries(line.split(',').map((cell, index) => [names[index] ?? '', cell])),
  );
}
