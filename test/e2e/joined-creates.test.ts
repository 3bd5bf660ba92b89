import { startApi } from '../../src/run/api';
import type { HttpServer } from '../../src/http/listen';
import { readId } from '../../src/core/job/ids';
import { REQUEST, startTestGateway, until } from '../support/gateway';
import type { CallAnswer, TestGateway } from '../support/gateway';

/** Creates that are the same are one job for a key that asks for it, and for no other. */

const AT_ONCE = 20;
const JOINED_MS = 90_000;
let gateway: TestGateway;
let secondApi: HttpServer;
let joining: string;

const admin = (method: string, path: string, body: object) =>
  gateway.call(method, `/v1/admin/${path}`, {
    key: gateway.keys.admin_key,
    body,
    headers: { 'idempotency-key': path + JSON.stringify(body) },
  });

interface Customer {
  workspace: string;
  key: string;
  keyId: string;
}

/** A workspace with so many points, and a key that joins. */
async function customer(name: string, points: string): Promise<Customer> {
  const { json: workspace } = await admin('POST', 'workspaces', { name });
  const { json: key } = await admin('POST', `workspaces/${workspace.id}/keys`, {
    name: 'k',
    joins_identical: true,
  });
  expect(key.joins_identical).toBe(true);
  await admin('POST', `workspaces/${workspace.id}/top-ups`, { points });
  return { workspace: workspace.id as string, key: key.secret as string, keyId: key.id as string };
}

beforeAll(async () => {
  gateway = await startTestGateway({ waits: { joinedMs: JOINED_MS } });
  secondApi = await startApi(gateway.base.withOwnPool(), { host: '127.0.0.1', port: 0 });
  joining = (await customer('joining', '10000')).key;
});

afterAll(async () => {
  await secondApi?.close();
  await gateway?.close();
});

const create = (
  key: string,
  body: Record<string, unknown>,
  { headers = {}, origin = gateway.api, path = '/v1/videos' } = {},
): Promise<CallAnswer> =>
  gateway.call('POST', `${origin}${path}`, { key, body: { ...REQUEST, ...body }, headers });

const atOnce = (key: string, prompt: string): Promise<CallAnswer[]> =>
  Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) =>
      create(
        key,
        { prompt },
        {
          origin: index % 2 ? secondApi.origin : gateway.api,
          path: index % 3 ? '/v1/videos' : '/v1/videos/',
        },
      ),
    ),
  );

const ended = (id: string): Promise<unknown> =>
  until(`the end of ${id}`, async () => {
    const { json } = await gateway.call('GET', `/v1/videos/${id}`, { key: joining });
    return ['completed', 'failed'].includes(json.status as string) || undefined;
  });

const joined = (answers: readonly CallAnswer[]): number =>
  answers.filter(({ headers }) => headers.get('reelay-joined') === 'true').length;

const idsOf = (answers: readonly CallAnswer[]): Set<string> =>
  new Set(answers.map(({ json }) => json.id as string));

const holdsOf = async (ids: Iterable<string>): Promise<number> => {
  const rows = await gateway.sql(`SELECT 1 FROM ledger WHERE kind = 'hold' AND job_id = ANY($1)`, [
    [...ids].map(readId),
  ]);
  return rows.length;
};

test('twenty identical creates at once through two APIs are one job and one bill', async () => {
  const answers = await atOnce(joining, 'joined [[sim seconds=1 video=shared]]');
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(joined(answers)).toBe(AT_ONCE - 1);
  const [id = ''] = idsOf(answers);
  const entries = await until('its bill', async () => {
    const rows = await gateway.sql<{ kind: string }>('SELECT kind FROM ledger WHERE job_id = $1', [
      readId(id),
    ]);
    const kinds = rows.map(({ kind }) => kind).sort();
    return kinds.includes('settle') ? kinds : undefined;
  });
  expect(entries).toEqual(['hold', 'settle']);
});

test('the same twenty of a key that does not ask for it are twenty jobs', async () => {
  const answers = await atOnce(gateway.keys.key, 'apart [[sim seconds=1 video=shared]]');
  const ids = idsOf(answers);
  expect([ids.size, joined(answers), await holdsOf(ids)]).toEqual([AT_ONCE, 0, AT_ONCE]);
});

test('a key that no longer asks for it joins nothing', async () => {
  const { key, keyId } = await customer('changing', '1000');
  const prompt = 'changed';
  const first = await create(key, { prompt });
  const { json } = await admin('PATCH', `keys/${keyId}`, { joins_identical: false });
  expect(json.joins_identical).toBe(false);
  const second = await create(key, { prompt });
  expect([idsOf([first, second]).size, joined([second])]).toEqual([2, 0]);
});

test('an identical create is a new job once the time for joining is over', async () => {
  const prompt = 'later';
  const first = await create(joining, { prompt });
  const id = readId(first.json.id as string);
  const [row] = await gateway.sql<{ ms: string }>(
    `SELECT extract(epoch FROM expires_at - created_at) * 1000 AS ms FROM idempotency WHERE job_id = $1`,
    [id],
  );
  expect(Number(row?.ms)).toBe(JOINED_MS);
  await gateway.sql(
    `UPDATE idempotency SET expires_at = now() - interval '1 s' WHERE job_id = $1`,
    [id],
  );
  const second = await create(joining, { prompt });
  expect([idsOf([first, second]).size, joined([second])]).toEqual([2, 0]);
});

test.each<[end: string, sim: string, finish: (id: string) => Promise<unknown>]>([
  ['has failed', 'fault=policy', (id) => ended(id)],
  [
    'is being canceled',
    'seconds=60',
    (id) => gateway.call('DELETE', `/v1/videos/${id}`, { key: joining }),
  ],
  [
    'was canceled',
    'seconds=60',
    async (id) => {
      await gateway.call('DELETE', `/v1/videos/${id}`, { key: joining });
      await ended(id);
    },
  ],
  [
    'was deleted',
    'seconds=1',
    async (id) => {
      await ended(id);
      await gateway.call('DELETE', `/v1/videos/${id}`, { key: joining });
    },
  ],
])(
  'a create joins no job that %s: those that come then share another one',
  async (end, sim, finish) => {
    const prompt = `a boat that ${end} [[sim ${sim}]]`;
    const first = await create(joining, { prompt });
    const id = first.json.id as string;
    expect(idsOf([await create(joining, { prompt })])).toEqual(new Set([id]));
    await finish(id);
    const later = await atOnce(joining, prompt);
    expect(idsOf(later).has(id)).toBe(false);
    // The other one may fail as soon, and be joined no more.
    if (!sim.startsWith('fault'))
      expect([idsOf(later).size, joined(later)]).toEqual([1, AT_ONCE - 1]);
  },
);

test('a create that answers with the file says that it was joined, as every other one does', async () => {
  const prompt = 'a file [[sim seconds=1 video=shared]]';
  const answers = await Promise.all(
    [0, 1, 2].map(() => create(joining, { prompt }, { path: '/v1/videos/sync' })),
  );
  const said = (name: string) => answers.map(({ headers }) => headers.get(name));
  expect(new Set(said('x-video-id')).size).toBe(1);
  expect(said('idempotent-replayed')).toEqual(said('reelay-joined'));
  expect(joined(answers)).toBe(2);
});

test('a create joins a video that is there', async () => {
  const prompt = 'there [[sim seconds=1 video=shared]]';
  const first = await create(joining, { prompt });
  await ended(first.json.id as string);
  const second = await create(joining, { prompt });
  expect([idsOf([first, second]).size, joined([second])]).toEqual([1, 1]);
});

test.each<[what: string, other: Parameters<typeof create>[1], how: Parameters<typeof create>[2]]>([
  ['another prompt', { prompt: 'another' }, {}],
  ['another length', { duration: 6 }, {}],
  ['another deadline to begin', {}, { headers: { 'reelay-start-within': '600' } }],
  ['an idempotency key of its own', {}, { headers: { 'idempotency-key': 'own' } }],
  ['another API', {}, { path: '/v1/video/generations' }],
])('a create with %s is not joined', async (what, other, how) => {
  const prompt = `differs by ${what}`;
  const first = await create(joining, { prompt });
  const second = await create(joining, { prompt, ...other }, how);
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(joined([first, second])).toBe(0);
  expect(second.json.id ?? second.json.task_id).not.toBe(first.json.id);
});

test('a create that was refused is judged anew, and takes nothing from the one that is right', async () => {
  const wrong = { prompt: 'refused', duration: 'long' };
  const answers = [await create(joining, wrong), await create(joining, wrong)];
  expect(answers.map(({ status }) => status)).toEqual([400, 400]);
  expect(joined(answers)).toBe(0);
});

test('the repeat of a create that took the last points finds its job, and another create is told of them', async () => {
  const { key } = await customer('poor', '25');
  const prompt = 'the last points';
  const first = await create(key, { prompt });
  const again = await create(key, { prompt });
  expect([first.status, again.status]).toEqual([200, 200]);
  expect([idsOf([first, again]).size, joined([again])]).toEqual([1, 1]);
  expect((await create(key, { prompt: 'one more' })).status).toBe(402);
});
