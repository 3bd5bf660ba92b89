import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryOf, type ProxyEntry } from '../../bench/peer/proxy';
import { launchStore, type RunningStore } from '../../src/postgres/launcher';
import { startBetween, type Between } from '../support/between';
import { startTestGateway, until, type TestGateway } from '../support/gateway';
import { INSTALL_MS, startLitellm, type Litellm } from '../support/litellm';
import { askLitellm, jobsOf } from '../support/litellm-calls';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

/**
 * What becomes of our refusals behind LiteLLM's own proxy, as it is shipped: the status and the words that its caller gets,
 * and how many jobs its repetitions make.
 */

const CREATES = 3;
let folder = '';
let store: RunningStore;
let toStore: TcpProxy;
let gateway: TestGateway;
let between: Between;
let litellm: Litellm;
/** The database comes back when the next create has been refused for its absence. */
let isAwayOnce = false;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-refused-'));
  chmodSync(folder, 0o711);
  store = await launchStore({ data: folder, say: () => undefined });
  const url = new URL(store.adminUrl);
  toStore = await startTcpProxy(url.host);
  url.host = toStore.address;
  gateway = await startTestGateway(
    { limits: { createsPerMinutePerKey: CREATES } },
    { env: { DATABASE_URL: url.href } },
  );
  between = await startBetween({
    pass: () => ({ origin: gateway.api }),
    answered({ method }, status) {
      if (!isAwayOnce || method !== 'POST' || status !== 503) return;
      isAwayOnce = false;
      toStore.mend();
    },
  });
  litellm = await startLitellm(await entries(), { NO_PROXY: '127.0.0.1' });
}, INSTALL_MS);

afterEach(() => toStore.mend());
afterAll(async () => {
  await litellm?.close();
  between?.close();
  await gateway?.close();
  await toStore?.close();
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const admin = async (path: string, body?: object) => {
  const { status, json } = await gateway.call(body ? 'POST' : 'GET', `/v1/admin/${path}`, {
    key: gateway.keys.admin_key,
    body,
  });
  if (status >= 300) throw new Error(`${path}: ${String(status)}`);
  return json;
};

/** The entries of LiteLLM's list, each with a key of its own; all but the last have no repeats, as the page says. */
async function entries(): Promise<ProxyEntry[]> {
  const [{ id: ours }] = (await admin('workspaces')).data;
  const { id: poor } = await admin('workspaces', { name: 'poor' });
  const keyOf = async (name: string, more: object = {}, workspace: unknown = ours) =>
    String((await admin(`workspaces/${String(workspace)}/keys`, { name, ...more })).secret);
  const shipped = (name: string, model: string, key: string): ProxyEntry =>
    entryOf({ name, model, url: `${between.url}/v1`, key });
  const once = (name: string, model: string, key: string): ProxyEntry => {
    const entry = shipped(name, model, key);
    return { ...entry, litellm_params: { ...entry.litellm_params, num_retries: 0 } };
  };
  return [
    once('boat', 'seedance-2.0', await keyOf('boat')),
    once('nobody', 'sora-9', await keyOf('nobody')),
    once('stranger', 'sora-2', 'rl_live_of_nobody'),
    once('poor', 'sora-2', await keyOf('poor', {}, poor)),
    once('reader', 'veo-3', await keyOf('reader', { scopes: ['read'] })),
    once('elsewhere', 'kling-3.0', await keyOf('elsewhere', { models: ['sora-2'] })),
    once('twice', 'seedance-1.5-pro', await keyOf('twice')),
    once('often', 'gen-4.5', await keyOf('often')),
    once('stuck', 'minimax-h3', await keyOf('stuck')),
    once('away', 'kling-v1', await keyOf('away')),
    shipped('shipped', 'seedance-1-pro', await keyOf('shipped')),
  ];
}

const create = (body: object): Promise<Response> => askLitellm(litellm, 'POST', '', body);

/** A refusal as LiteLLM's caller reads it: `403 This API key lacks ...`. */
const said = async (answer: Response): Promise<string> =>
  `${String(answer.status)} ${await answer.text()}`;

/** Makes a video, and returns LiteLLM's id of it; a refusal is thrown. */
async function made(body: object): Promise<string> {
  const answer = await create(body);
  if (answer.status !== 200) throw new Error(await said(answer));
  const { id } = (await answer.json()) as { id: string }; // by LiteLLM's own schema
  return id;
}

const SHAPE = { seconds: '4', size: '1280x720' };

test.each<[what: string, model: string, more: object, words: RegExp]>([
  ['a model that is not here', 'nobody', {}, /^404 .*there is no model .*sora-9.*Allowed: /],
  ['a length that it has not', 'boat', { seconds: '99' }, /^400 .*seconds.*Allowed: 4/],
  ['a size that it has not', 'boat', { size: '1x1' }, /^400 .*size: must be width x height/],
  ['a field that nobody has', 'boat', { extra_body: { nothing: 1 } }, /^400 .*nothing/],
  ['a key that is not ours', 'stranger', {}, /^401 .*API key is missing, unknown/],
  ['a workspace without points', 'poor', {}, /^402 .*No points are left: 0 are available/],
  ['a key that only reads', 'reader', {}, /^403 .*This API key lacks the scope .*generate/],
  ['a model that the key has not', 'elsewhere', {}, /^404 .*no model .*kling-3.0.*Allowed: sora-2/],
])('a create that is refused is told in our words and with its status: %s', async (...row) => {
  const [what, model, more, words] = row;
  expect(await said(await create({ model, prompt: what, ...SHAPE, ...more }))).toMatch(words);
  expect(await jobsOf(gateway, what)).toEqual([]);
});

test('another body under an Idempotency-Key is our 422, and no second job', async () => {
  const extra_headers = { 'Idempotency-Key': 'order-17' };
  await made({ model: 'twice', prompt: 'the first body', extra_headers });
  const second = await create({ model: 'twice', prompt: 'the second body', extra_headers });
  expect(await said(second)).toMatch(/^422 .*This Idempotency-Key was used with another request/);
  const jobs = ['the first body', 'the second body'].map((prompt) => jobsOf(gateway, prompt));
  expect((await Promise.all(jobs)).map(({ length }) => length)).toEqual([1, 0]);
});

test('a create past the limit of its key is our 429, and says when to come again under LiteLLM’s own name', async () => {
  const body = { model: 'often', prompt: 'too often' };
  for (let count = 0; count < CREATES; count += 1) await made(body);
  const answer = await create(body);
  expect(answer.headers.get('retry-after')).toBeNull();
  expect(Number(answer.headers.get('llm_provider-retry-after'))).toBeGreaterThan(0);
  expect(await said(answer)).toMatch(/^429 .*Too many creates in a minute/);
  expect(await jobsOf(gateway, body.prompt)).toHaveLength(CREATES);
});

test('a video that is not there yet has no remix and no file: both are our 409, and no job', async () => {
  const id = await made({ model: 'stuck', prompt: 'one that stays [[sim fault=stuck]]' });
  const remix = await askLitellm(litellm, 'POST', `/${id}/remix`, { prompt: 'nothing to go by' });
  expect(await said(remix)).toMatch(/^409 .*there is nothing to remix/);
  expect(await jobsOf(gateway, 'nothing to go by')).toEqual([]);
  const file = await askLitellm(litellm, 'GET', `/${id}/content`);
  expect(await said(file)).toMatch(/^409 .*The video is not ready/);
});

const isBack = (): Promise<true> =>
  until('the database to be back', async () => {
    const { status } = await gateway.call('GET', '/readyz', { key: null });
    return status === 200 || undefined;
  });

test('while the database is away a create and a read are our 503, and no job', async () => {
  const id = await made({ model: 'away', prompt: 'before' });
  toStore.cut();
  const words = /^503 .*The gateway is not ready; try again shortly/;
  const answer = await create({ model: 'away', prompt: 'into the void' });
  expect(Number(answer.headers.get('llm_provider-retry-after'))).toBeGreaterThan(0);
  expect(await said(answer)).toMatch(words);
  expect(await said(await askLitellm(litellm, 'GET', `/${id}`))).toMatch(words);
  toStore.mend();
  await isBack();
  expect(await jobsOf(gateway, 'into the void')).toEqual([]);
});

test('a 503 that LiteLLM repeats, as it is shipped, is one job once the database is back', async () => {
  toStore.cut();
  isAwayOnce = true;
  const answer = await create({ model: 'shipped', prompt: 'once more' });
  expect([answer.status, isAwayOnce]).toEqual([200, false]);
  expect(answer.headers.get('x-litellm-attempted-retries')).toBe('1');
  await isBack();
  expect(await jobsOf(gateway, 'once more')).toHaveLength(1);
});
