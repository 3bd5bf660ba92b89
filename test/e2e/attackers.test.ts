import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readId } from '../../src/core/job/ids';
import { startTestGateway, until, type TestGateway } from '../support/gateway';
import { sendStalled, type StalledRequest } from '../support/stalled';

/** What somebody without points, or with a receiver that hangs, can take from others: nothing. */

const CANARY = 'CANARY-ark-7f3d2c1b-0000-4000-8000-1234567890ab';
const MIB = 1024 * 1024;
/** A receiver that hangs holds its try for this long; whoever waited for it would take at least as long. */
const HANG_MS = 40_000;
const NOT_HELD_UP_MS = 30_000;

let gateway: TestGateway;
let upstream: Server;
let receiver: Server;
let poor: { id: string; key: string };
const heard: string[] = [];
const open: StalledRequest[] = [];

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listening = (server: Server): Promise<Server> =>
  new Promise((resolve) => server.listen(0, '0.0.0.0', () => resolve(server)));

/** An Ark that refuses every submit and says the key back; 429 as often as `busy` tells. */
let busy = 0;
const ark = createServer((request, response) => {
  request.resume().once('end', () => {
    const isBusy = busy > 0;
    if (isBusy) busy -= 1;
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const code = isBusy ? 'ServerOverloaded' : 'AuthenticationError';
    const message = `The API key ${key} (${encodeURIComponent(key)}) is wrong`;
    response.writeHead(isBusy ? 429 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code, message } }));
  });
});

const admin = (path: string, body: object, headers = {}) =>
  gateway.call('POST', `/v1/admin/${path}`, { key: gateway.keys.admin_key, body, headers });

async function newcomer(name: string, points?: string): Promise<{ id: string; key: string }> {
  const { json: workspace } = await admin('workspaces', { name });
  const { json: key } = await admin(`workspaces/${workspace.id}/keys`, { name: 'k' });
  const top = { 'idempotency-key': name };
  if (points) await admin(`workspaces/${workspace.id}/top-ups`, { points }, top);
  return { id: workspace.id as string, key: key.secret as string };
}

beforeAll(async () => {
  upstream = await listening(ark);
  receiver = await listening(
    createServer((request, response) => {
      if (request.url === '/hang') return;
      heard.push(request.url ?? '');
      response.end('ok');
    }),
  );
  const price = { perJob: '10' };
  const channel = (name: string) => ({ channels: [{ channel: name, model: ARK_MODEL }], price });
  const config = {
    channels: {
      'ark-simulated': { provider: 'ark', simulated: true as const },
      telling: {
        provider: 'ark',
        baseUrl: `http://127.0.0.1:${String(portOf(upstream))}`,
        credentials: { apiKey: CANARY },
      },
    },
    models: { 'seedance-2.0': channel('ark-simulated'), telling: channel('telling') },
    limits: { activitiesPerQueue: 8 },
    waits: { deliveryTimeoutMs: HANG_MS },
  };
  gateway = await startTestGateway(config, { allowCallbacksTo: ['127.0.0.1', '127.0.0.2'] });
  poor = await newcomer('poor');
});
const ARK_MODEL = 'doubao-seedance-2-0-260128';
afterAll(async () => {
  for (const stalled of open) stalled.end();
  // What hangs would be waited for.
  receiver?.closeAllConnections();
  await gateway?.close();
  for (const server of [upstream, receiver]) {
    server.closeAllConnections();
    server.close();
  }
});

/** What an API calls it is its own: new-api's clients and ula's know 403. */
const CREATES: [dialect: string, path: string, type: string, status: number][] = [
  ['ark-tasks', '/v1/contents/generations/tasks', 'application/json', 402],
  ['video-generations', '/v1/video/generations', 'application/json', 403],
  ['video-generations, a form', '/v1/video/generations', 'multipart/form-data; boundary=x', 403],
  ['unified-video', '/unified-video/generate', 'application/json', 402],
  ['videos', '/v1/videos', 'application/json', 402],
  ['videos, a form', '/v1/videos', 'multipart/form-data; boundary=x', 402],
  ['ula', '/v1/ula/generate-video', 'application/json', 403],
  ['ula, a form', '/v1/ula/generate-video', 'multipart/form-data; boundary=x', 403],
];

const stall = (path: string, key: string, headers = {}): StalledRequest => {
  const stalled = sendStalled(gateway.api, path, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    declared: 64 * MIB,
    body: Buffer.from('{"model":"'),
  });
  open.push(stalled);
  return stalled;
};

test.each(CREATES)(
  'a caller without points is told so by %s before its body is read',
  async (...row) => {
    const [, path, type, status] = row;
    const stalled = stall(path, poor.key, { 'content-type': type });
    expect(await stalled.status()).toBe(status);
    expect(stalled.text()).toMatch(/points/);
  },
);

test('points count at once, and an earlier answer is given again when they are spent', async () => {
  const caller = await newcomer('spender');
  const body = { model: 'seedance-2.0', prompt: 'a boat [[sim video=shared]]', duration: 5 };
  const create = () =>
    gateway.call('POST', '/v1/videos', {
      key: caller.key,
      body,
      headers: { 'idempotency-key': 'once' },
    });
  expect((await create()).status).toBe(402);
  await admin(`workspaces/${caller.id}/top-ups`, { points: '10' }, { 'idempotency-key': 't' });
  const first = await create();
  expect(first.status).toBe(200);
  const again = await create();
  expect([again.status, again.text]).toEqual([200, first.text]);
});

test('random callback tokens are refused as wrong keys are, and are not looked up for ever', async () => {
  const answers = await Promise.all(
    Array.from({ length: 400 }, async () => {
      const path = `${gateway.api}/callbacks/ark/${randomBytes(16).toString('hex')}`;
      return (await fetch(path, { method: 'POST', body: '{}' })).status;
    }),
  );
  expect(new Set(answers)).toEqual(new Set([404, 429]));
  // A key that this process has not seen gets in all the same.
  const late = await newcomer('late', '10');
  expect((await gateway.call('GET', '/v1/models', { key: late.key })).status).toBe(200);
});

test('a token is judged before the body that comes with it', async () => {
  const stalled = sendStalled(gateway.api, `/callbacks/ark/${randomBytes(16).toString('hex')}`, {
    headers: {},
    declared: 100_000,
    body: Buffer.from('{'),
  });
  open.push(stalled);
  expect([404, 429]).toContain(await stalled.status());
});

test('a credential that its provider repeats is in no log line, row or answer', async () => {
  const { json } = await gateway.call('POST', '/v1/contents/generations/tasks', {
    body: { model: 'telling', content: [{ type: 'text', text: 'a boat' }] },
  });
  const shown = JSON.stringify(json);
  const id = await gateway.post({ model: 'telling' });
  await gateway.ended(id);
  const rows = await gateway.sql<{ text: string }>(
    `SELECT row_to_json(j)::text AS text FROM jobs j
     UNION ALL SELECT row_to_json(a)::text || convert_from(coalesce(a.submit_reply_body, ''), 'UTF8')
     FROM attempts a`,
  );
  const all = [shown, ...gateway.logged, ...rows.map(({ text }) => text)];
  const around = (text: string, what: string) => text.slice(text.indexOf(what) - 60).slice(0, 120);
  const placesOf = (what: string) =>
    all.filter((text) => text.includes(what)).map((text) => around(text, what));
  expect(placesOf(CANARY)).toEqual([]);
  expect(placesOf('[masked]').length).toBeGreaterThan(0);
});

test('receivers of one workspace that hang hold up no other workspace’s callback and no copy of a result', async () => {
  const hanging = await newcomer('hanging', '1000');
  const hosts = portOf(receiver);
  const job = { model: 'seedance-2.0', prompt: 'x [[sim seconds=1 video=shared]]', duration: 5 };
  const post = (key: string, path: string) =>
    gateway.call('POST', '/v1/videos', {
      key,
      body: { ...job, callback_url: `http://127.0.0.1:${String(hosts)}${path}` },
    });
  await Promise.all(Array.from({ length: 12 }, () => post(hanging.key, '/hang')));
  await until('eight of its jobs to end', async () => {
    const [row] = await gateway.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM deliveries d JOIN jobs j ON j.id = d.job_id WHERE j.workspace_id = $1`,
      [readId(hanging.id)],
    );
    return row && row.n >= 8 ? true : undefined;
  });
  const { json } = await gateway.call('POST', '/v1/videos', {
    body: { ...job, callback_url: `http://127.0.0.2:${String(hosts)}/fine` },
  });
  await gateway.ended(json.id as string);
  await until(
    'its callback',
    async () => (heard.includes('/fine') ? true : undefined),
    NOT_HELD_UP_MS,
  );
  await until(
    'its copy',
    async () => {
      const rows = await gateway.sql('SELECT 1 FROM files WHERE job_id = $1', [
        readId(json.id as string),
      ]);
      return rows.length > 0 ? true : undefined;
    },
    NOT_HELD_UP_MS,
  );
});

test('a submit that can never be prepared ends its job with a reason after a few tries', async () => {
  busy = 1_000;
  const answer = gateway.call('POST', '/v1/contents/generations/tasks', {
    body: { model: 'telling', content: [{ type: 'text', text: 'a boat that waits' }] },
  });
  const [row] = await until('the busy job', async () => {
    const rows = await gateway.sql<{ id: string; native: { body: string } }>(
      `SELECT j.id, j.native FROM jobs j JOIN attempts a ON a.job_id = j.id
       WHERE j.finished_at IS NULL AND j.native IS NOT NULL AND a.state = 'refused'`,
    );
    return rows.length > 0 ? rows : undefined;
  });
  const blob = row?.native.body ?? '';
  const path = join(gateway.data, 'blobs', blob.slice(0, 2), blob.slice(2, 4), blob);
  const whole = readFileSync(path);
  // No UTF-8 any more: the worker cannot make a request of it, however often it tries.
  writeFileSync(path, Buffer.concat([whole.subarray(0, whole.length - 1), Buffer.from([0xff])]));
  const [ended] = await until('the job to end', async () => {
    const rows = await gateway.sql<{ state: string; code: string }>(
      `SELECT state, failure->>'code' AS code FROM jobs WHERE id = $1 AND finished_at IS NOT NULL`,
      [row?.id],
    );
    return rows.length > 0 ? rows : undefined;
  });
  expect(ended).toEqual({ state: 'failed', code: 'internal' });
  busy = 0;
  expect((await answer).status).toBeGreaterThanOrEqual(400);
});
