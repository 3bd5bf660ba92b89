import { readId } from '../../src/core/job/ids';
import { callerRateStore } from '../../src/store/rates/caller-rates';
import { openDatabase } from '../../src/store/base/database';
import { useTestDatabase } from '../support/database';
import { MODEL } from './memory-gateway';
import { ADMIN_KEY, KEY, OTHER_KEY, startTestApp, type TestApp } from './test-app';

/** How often callers may create: counted for all processes together, told in headers, off unless written. */

const database = useTestDatabase();
const opened: { close(): Promise<void> }[] = [];
let clock = Date.parse('2026-11-30T00:00:00Z');

/** An app with a pool of its own on the one database, as another process has it; `asked` counts its questions. */
async function startApp(
  limits: Record<string, number>,
): Promise<TestApp & { asked: () => number }> {
  const { db, close } = openDatabase(database.url, {
    connectionsMax: 5,
    onError: (error) => {
      throw error;
    },
  });
  const store = callerRateStore(db);
  let asked = 0;
  const use: typeof store.use = (...which) => {
    asked += 1;
    return store.use(...which);
  };
  const app = await startTestApp({ callerRates: { use }, limits, now: () => clock });
  opened.push(app, { close });
  return Object.assign(app, { asked: () => asked });
}

beforeEach(async () => {
  clock += 3_600_000;
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const create = (app: TestApp, key = KEY): Promise<Response> =>
  app.postJson('/v1/videos', { model: MODEL, prompt: 'a cat' }, { authorization: `Bearer ${key}` });

const headersOf = (response: Response, ...names: string[]) =>
  names.map((name) => response.headers.get(name));

test('two processes share the limit of a workspace, also where creates come at once', async () => {
  const limits = { createsPerMinutePerWorkspace: 10 };
  const [one, two] = [await startApp(limits), await startApp(limits)];
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => create(index % 2 === 0 ? one : two)),
  );
  const counts = [200, 429].map((status) => answers.filter((it) => it.status === status).length);
  expect(counts).toEqual([10, 20]);
});

test('a refusal says in the API its own shape when to come again, and then there is room', async () => {
  const app = await startApp({ createsPerMinutePerKey: 2 });
  const first = await create(app);
  expect(
    headersOf(first, 'ratelimit-policy', 'ratelimit', 'x-ratelimit-remaining-requests'),
  ).toEqual(['"create-key";q=2;w=60', '"create-key";r=1;t=60', '1']);
  clock += 20_000;
  await create(app);
  const refused = await create(app);
  expect(refused.status).toBe(429);
  expect(headersOf(refused, 'retry-after', 'ratelimit')).toEqual(['40', '"create-key";r=0;t=40']);
  expect(await refused.json()).toMatchObject({ error: { code: 'rate_limited' } });
  clock += 40_000;
  expect((await create(app)).status).toBe(200);
});

test('who has been refused costs the database nothing until the minute is over', async () => {
  const app = await startApp({ createsPerMinutePerKey: 1 });
  for (let index = 0; index < 10; index += 1) await create(app);
  expect(app.asked()).toBe(2);
});

test('a limit of keys is no limit of others, of reads, or of dry runs', async () => {
  const app = await startApp({ createsPerMinutePerKey: 1 });
  await create(app);
  expect((await create(app)).status).toBe(429);
  expect((await create(app, OTHER_KEY)).status).toBe(200);
  expect((await app.send('/v1/videos')).status).toBe(200);
  const dry = await app.postJson('/v1/videos?dry_run=true', { model: MODEL, prompt: 'a cat' });
  expect(dry.status).not.toBe(429);
});

test('every request of a key and of its workspace counts where that is limited, but for links and operators', async () => {
  const app = await startApp({ requestsPerMinutePerKey: 3, requestsPerMinutePerWorkspace: 4 });
  const made = await create(app);
  expect(headersOf(made, 'ratelimit-policy', 'ratelimit')).toEqual([
    '"request-key";q=3;w=60, "request";q=4;w=60',
    '"request-key";r=2;t=60, "request";r=3;t=60',
  ]);
  const { id } = (await made.json()) as { id: string };
  const read = (): Promise<Response> => app.send(`/v1/videos/${id}`);
  expect((await read()).status).toBe(200);
  expect(headersOf(await read(), 'ratelimit')).toEqual([
    '"request-key";r=0;t=60, "request";r=1;t=60',
  ]);
  const refused = await read();
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({
    error: { code: 'rate_limited', message: 'Too many requests in a minute.' },
  });
  const jobId = readId(id) ?? '';
  const link = app.links.sign({ workspaceId: 'ws_1', jobId, kind: 'video' });
  app.gateway.admin.workspaces = async () => ({ items: [], hasMore: false });
  const admin = { headers: { authorization: `Bearer ${ADMIN_KEY}` } };
  for (let index = 0; index < 5; index += 1) {
    expect((await app.send('/v1/admin/workspaces', admin)).status).toBe(200);
    // The video is not ready, and the link may ask so as often as it likes.
    expect((await fetch(link)).status).toBe(409);
  }
});

test('without limits nothing is counted and nothing is said', async () => {
  const app = await startApp({});
  const { headers } = await create(app);
  expect([app.asked(), headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([
    0,
    null,
    null,
  ]);
});

test('an address that has used its minute up is refused before its key is looked at, but for probes', async () => {
  const app = await startApp({ requestsPerMinutePerAddress: 3 });
  for (let index = 0; index < 3; index += 1) await app.send('/v1/videos');
  const refused = await app.send('/v1/admin/workspaces', {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  expect(refused.status).toBe(429);
  expect(headersOf(refused, 'retry-after', 'content-type')).toEqual([
    '60',
    'application/problem+json',
  ]);
  expect((await fetch(`${app.origin}/livez`)).status).toBe(200);
});
