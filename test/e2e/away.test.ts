import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WAITS } from '../../src/core/settings/waits';
import { apis } from '../../src/dialects';
import { launchStore } from '../../src/postgres/launcher';
import type { RunningStore } from '../../src/postgres/launcher';
import { REQUEST, startTestGateway, until } from '../support/gateway';
import type { CallAnswer, TestGateway } from '../support/gateway';
import { startTcpProxy } from '../support/tcp-proxy';
import type { TcpProxy } from '../support/tcp-proxy';

/** An engine or a database that is away, restarting or frozen: what the API says and does meanwhile. */

let folder = '';
let store: RunningStore;
let toStore: TcpProxy;
let toEngine: TcpProxy;
let gateway: TestGateway;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-away-'));
  chmodSync(folder, 0o711);
  store = await launchStore({ data: folder, say: () => undefined });
  const url = new URL(store.adminUrl);
  toStore = await startTcpProxy(url.host);
  url.host = toStore.address;
  toEngine = await startTcpProxy(process.env['REELAY_TEST_ENGINE'] ?? '');
  gateway = await startTestGateway(
    // The sweep must not be what starts a job here.
    { waits: { sweepEveryMs: 600_000, readyMs: READY_MS } },
    { env: { DATABASE_URL: url.href, TEMPORAL_ADDRESS: toEngine.address } },
  );
});

afterAll(async () => {
  toStore?.mend();
  toEngine?.mend();
  await gateway?.close();
  await toStore?.close();
  await toEngine?.close();
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

afterEach(async () => {
  toStore.mend();
  toEngine.mend();
  await until('everything to be back', async () => {
    const { json } = await gateway.call('GET', '/readyz', { key: null });
    return json?.status === 'ok' ? true : undefined;
  });
});

/** What is there answers within this on a busy machine too; the default is for probes that give up after a second. */
const READY_MS = 2_000;
const PROBE_MS = 1_000;

async function probe(): Promise<CallAnswer & { tookMs: number }> {
  const startedAt = performance.now();
  const answer = await gateway.call('GET', '/readyz', { key: null });
  return { ...answer, tookMs: performance.now() - startedAt };
}

type Wire = 'store' | 'engine';
const wire = (which: Wire): TcpProxy => (which === 'store' ? toStore : toEngine);

test.each<[what: string, which: Wire, act: 'cut' | 'freeze', status: number, checks: object]>([
  ['engine refuses connections', 'engine', 'cut', 200, { database: 'ok', engine: 'unreachable' }],
  ['engine is frozen', 'engine', 'freeze', 200, { database: 'ok', engine: 'unreachable' }],
  ['database refuses connections', 'store', 'cut', 503, { database: 'unreachable', engine: 'ok' }],
  ['database is frozen', 'store', 'freeze', 503, { database: 'unreachable', engine: 'ok' }],
])('/readyz answers within `readyMs` while the %s', async (_, which, act, status, checks) => {
  wire(which)[act]();
  for (let round = 0; round < 3; round += 1) {
    const { tookMs, ...answer } = await probe();
    expect(answer).toMatchObject({ status, json: { checks } });
    // What is frozen stays so for the whole test, and no other wait of ours is as short.
    expect(tookMs).toBeLessThan(2 * READY_MS);
  }
});

test('as shipped that is before a probe gives up', () => {
  expect(WAITS.readyMs.default).toBeLessThan(PROBE_MS);
});

/** One read of each API, by the path of its own. */
const READS = Object.entries(apis).flatMap(([name, { routes }]): [string, string][] => {
  const read = routes.find(({ method, path }) => method === 'GET' && path.endsWith('/:id'));
  return read ? [[name, read.path.replace(':id', '019b0000-0000-7000-8000-000000000000')]] : [];
});

test('every API with jobs has a read in the table', () => {
  expect(READS.length).toBeGreaterThanOrEqual(5);
});

test.each(READS)(
  'while the database is away %s answers 503 with Retry-After in its own shape',
  async (_, path) => {
    const before = await gateway.call('GET', path, { key: gateway.keys.admin_key });
    expect(before.status).toBe(404);
    toStore.cut();
    const answer = await gateway.call('GET', path, { key: gateway.keys.admin_key });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('x-should-retry')).not.toBe('false');
    // The same shape as of any other error there.
    expect(Object.keys(answer.json).sort()).toEqual(Object.keys(before.json).sort());
  },
);

test('a create while the database is away is 503, and nothing was made', async () => {
  toStore.cut();
  const prompt = 'nowhere to go';
  const answer = await gateway.call('POST', '/v1/videos', { body: { ...REQUEST, prompt } });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).not.toBeNull();
  toStore.mend();
  const rows = await until('the database', () =>
    gateway
      .sql(`SELECT 1 FROM jobs WHERE request->>'prompt' = $1`, [prompt])
      .catch(() => undefined),
  );
  expect(rows).toEqual([]);
});

test('a job that was created while the engine was away starts as soon as it is back, without the sweep', async () => {
  toEngine.cut();
  const id = await gateway.create({ prompt: 'patient [[sim seconds=1 video=shared]]' });
  const read = await gateway.call('GET', `/v1/videos/${id}`);
  expect(read.json).toMatchObject({ status: 'queued' });
  toEngine.mend();
  // The next sweep comes after ten minutes.
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
});
