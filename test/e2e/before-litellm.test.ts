import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { entryOf, type ProxyEntry } from '../../bench/peer/proxy';
import { startBetween, type Between } from '../support/between';
import { until, useTestGateway, uuid } from '../support/gateway';
import { INSTALL_MS, startLitellm, type Litellm } from '../support/litellm';
import { askLitellm, jobsOf, readLitellmId } from '../support/litellm-calls';
import { blocksOf, readPage } from '../support/page';

/**
 * LiteLLM's own proxy, as it is shipped, with this gateway as the server behind it: what its callers get, what they are told
 * of the cost, and how many jobs one of their creates becomes.
 */

const gateway = useTestGateway();
let litellm: Litellm;
let lossy: Between;
/** How many more answers to creates are lost. */
let losses = 0;
const outside = startOutside();

beforeAll(async () => {
  lossy = await startBetween({
    pass: ({ method }) => {
      const isLost = method === 'POST' && losses > 0;
      if (isLost) losses -= 1;
      return { origin: gateway.api, losesAnswer: isLost };
    },
  });
  litellm = await startLitellm(entries(), {
    HTTPS_PROXY: await outside.url,
    NO_PROXY: '127.0.0.1',
  });
}, INSTALL_MS);
afterAll(async () => {
  await litellm?.close();
  lossy?.close();
  outside.close();
});

function entries(): ProxyEntry[] {
  const { key } = gateway.keys;
  const url = `${gateway.api}/v1`;
  const lost = entryOf({ name: 'lossy', model: 'veo-3', url: `${lossy.url}/v1`, key });
  return [
    ...entriesOfPage(url, key),
    entryOf({ name: 'listed', model: 'sora-2', url, key }),
    entryOf({ name: 'boat', model: 'seedance-2.0', url, key }),
    lost,
    { ...lost, model_name: 'lossy-0', litellm_params: { ...lost.litellm_params, num_retries: 0 } },
  ];
}

/** The config that the page shows, at this gateway. */
function entriesOfPage(url: string, key: string): ProxyEntry[] {
  const [text = ''] = blocksOf(readPage('docs/coming-from-sora.md'), 'yaml');
  const config = text.replace('https://your-gateway.example/v1', url).replace('your key', key);
  return (parse(config) as { model_list: ProxyEntry[] }).model_list; // by LiteLLM's own schema
}

/** The one way out of this machine that LiteLLM is given: it hears where to, and lets nothing through. */
function startOutside() {
  const asked: string[] = [];
  const server = createServer().on('connect', ({ url }, socket) => {
    asked.push(String(url));
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  const url = new Promise<string>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo; // of a server that listens on a port
      resolve(`http://127.0.0.1:${String(port)}`);
    }),
  );
  return { asked, url, close: () => server.close() };
}

interface Shown {
  id: string;
  status: string;
}
const ask = (method: string, path: string, body?: object): Promise<Response> =>
  askLitellm(litellm, method, path, body);

const promptOf = (what: string): string => `${what} [[sim seconds=1 video=shared]]`;
const SHAPE = { seconds: '4', size: '1280x720' };

async function create(body: object, path = ''): Promise<{ id: string; cost: string | null }> {
  const answer = await ask('POST', path, body);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${String(answer.status)} ${text}`);
  const { id } = JSON.parse(text) as Shown; // by LiteLLM's own schema
  return { id, cost: answer.headers.get('x-litellm-response-cost') };
}
const ended = (id: string): Promise<Shown> =>
  until(`the end of ${id}`, async () => {
    const answer = await ask('GET', `/${id}`);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${String(answer.status)} ${text}`);
    const shown = JSON.parse(text) as Shown;
    return shown.status === 'completed' || shown.status === 'failed' ? shown : undefined;
  });

const ledgerOf = async (jobId: string): Promise<unknown[]> => {
  const rows = await gateway.sql<{ kind: string; spent: string }>(
    'SELECT kind, spent::text FROM ledger WHERE job_id = $1 ORDER BY id',
    [jobId],
  );
  return rows.map(({ kind, spent }) => [kind, spent]);
};

test('a video is made, looked at and downloaded through it, byte for byte, and is one job here', async () => {
  const prompt = promptOf('a boat');
  const { id } = await create({ model: 'boat', prompt, ...SHAPE });
  expect(await ended(id)).toMatchObject({ status: 'completed', progress: 100, ...SHAPE });
  const { ours } = readLitellmId(id);
  expect(await jobsOf(gateway, prompt)).toEqual([uuid(ours)]);
  const through = await ask('GET', `/${id}/content`);
  const here = await fetch(`${gateway.api}/v1/videos/${ours}/content`, {
    headers: { authorization: `Bearer ${gateway.keys.key}` },
  });
  expect([through.status, here.status]).toEqual([200, 200]);
  const bytes = Buffer.from(await through.arrayBuffer());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  expect(bytes.equals(Buffer.from(await here.arrayBuffer()))).toBe(true);
});

test('a remix of it is another job here, made of the first', async () => {
  const first = await create({ model: 'boat', prompt: promptOf('the first'), ...SHAPE });
  await ended(first.id);
  const prompt = promptOf('the same at night');
  const { id } = await create({ prompt }, `/${first.id}/remix`);
  const { ours } = readLitellmId(id);
  expect(await gateway.ended(ours)).toMatchObject({
    status: 'completed',
    remixed_from_video_id: readLitellmId(first.id).ours,
  });
  expect(await jobsOf(gateway, prompt)).toEqual([uuid(ours)]);
});

test('a field that OpenAI lacks goes through in extra_body', async () => {
  const prompt = promptOf('a tall boat');
  const extra_body = { aspect_ratio: '9:16', resolution: '480p' };
  const { id } = await create({ model: 'boat', prompt, seconds: '4', extra_body });
  const { json } = await gateway.call('GET', `/v1/videos/${readLitellmId(id).ours}`);
  expect(json).toMatchObject({ aspect_ratio: '9:16', resolution: '480p', seconds: '4' });
});

test.each<[whose: string, model: string, cost: string | null, points: bigint]>([
  ['what its entry in the page says', 'sora-2', '0.32', 32n],
  ['LiteLLM’s own list', 'listed', '0.4', 32n],
  ['nothing, for a model that it does not know', 'boat', null, 20n],
])('its caller is told a cost by %s, and this gateway books its own price once', async (...row) => {
  const [, model, cost, points] = row;
  const made = await create({ model, prompt: promptOf(`a cost of ${model}`), ...SHAPE });
  expect(made.cost).toBe(cost);
  const { ours } = readLitellmId(made.id);
  await gateway.ended(ours);
  expect(await ledgerOf(uuid(ours))).toEqual([
    ['hold', '0'],
    ['settle', String(points * 1_000_000n)],
  ]);
});

test.each<[how: string, model: string, lost: number, key: string | undefined, jobs: number]>([
  ['three, as it is shipped and all answers are lost', 'lossy', 3, undefined, 3],
  ['two, as it is shipped and one answer is lost', 'lossy', 1, undefined, 2],
  ['one, without repeats', 'lossy-0', 1, undefined, 1],
  ['one, by a key that its caller gives', 'lossy', 2, 'order-17', 1],
])('a create whose answer LiteLLM lost is so many jobs here: %s', async (...row) => {
  const [how, model, lost, key, jobs] = row;
  losses = lost;
  const headers = key === undefined ? {} : { extra_headers: { 'Idempotency-Key': key } };
  const answer = await ask('POST', '', { model, prompt: how, ...SHAPE, ...headers });
  expect([answer.ok, losses]).toEqual([lost < 3 && model === 'lossy', 0]);
  expect(await jobsOf(gateway, how)).toHaveLength(jobs);
});

test('what it does not pass on is a video by the id of a status, which it asks OpenAI for, a list and a DELETE', async () => {
  const { id } = await create({ model: 'boat', prompt: promptOf('a lost one'), ...SHAPE });
  expect(readLitellmId(id).model).toBe('seedance-2.0');
  const shown = (await (await ask('GET', `/${id}`)).json()) as Shown;
  expect(readLitellmId(shown.id)).toEqual({ model: '', ours: readLitellmId(id).ours });
  expect(outside.asked).toEqual([]);
  expect((await ask('GET', `/${shown.id}`)).status).toBe(500);
  expect(new Set(outside.asked)).toEqual(new Set(['api.openai.com:443']));
  expect((await ask('GET', '')).status).toBe(400);
  expect((await ask('DELETE', `/${id}`)).status).toBe(405);
});
