import { request as httpRequest } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createWaitEnds } from '../../src/http/wait-ends';
import { KEY, useTestApp, OTHER_KEY, PNG, READ_KEY, until } from './test-app';
import { MODEL } from './memory-gateway';

/** Requests whose answer waits for the job's end. */

const BODY = {
  model: MODEL,
  prompt: 'a cat',
  resolution: '720P',
  aspect_ratio: '16:9',
  duration: 5,
  generate_audio: true,
  camera_fixed: false,
  service_tier: 'default',
};
const GENERATE = '/v1/ula/generate-video';
const MIB = 1024 * 1024;

const waitEnds = createWaitEnds();
const app = useTestApp({ waitEnds, limits: { bodyMemoryBytesMax: 160 * MIB } });
beforeEach(() => {
  app.gateway.jobs.clear();
  app.gateway.creations.length = 0;
});

const jobs = () => [...app.gateway.jobs.values()];
const made = (count: number) => until(`${count} jobs`, () => jobs().length === count);

test('the answer comes when the job has ended, with its video', async () => {
  const answer = app.postJson(GENERATE, BODY);
  await made(1);
  const [job] = jobs();
  app.gateway.finish(job?.id ?? '', {
    usage: { tokens: 7 },
    finishedAt: (job?.createdAt ?? 0) + 42,
  });
  const response = await answer;
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    api_details: { api_status: 'success' },
    data: {
      id: job?.id,
      finish_reason: 'stop',
      latency_ms: 42,
      usage: { completion_tokens: 7, total_tokens: 7 },
      resolution: '1280*720',
    },
    error: {},
  });
});

test('past the wait the answer is 202 and says where to ask; there the job is found', async () => {
  const response = await app.postJson(GENERATE, BODY, { prefer: 'wait=0' });
  expect(response.status).toBe(202);
  expect(response.headers.get('preference-applied')).toBe('wait=0');
  const { data } = (await response.json()) as { data: { id: string; status_url: string } };
  expect(response.headers.get('location')).toBe(data.status_url);
  expect((await app.send(data.status_url)).status).toBe(202);
  app.gateway.finish(data.id);
  const done = await app.send(data.status_url);
  expect(done.status).toBe(200);
  const { data: video } = (await done.json()) as { data: { videos: { url: string }[] } };
  expect((await fetch(video.videos[0]?.url ?? '')).status).toBe(200);
});

/** The creates that wait where their caller prefers it: paths whose body is `SHORT`, and how each says the end. */
const WAITING = [
  ['/v1/videos', { status: 'completed' }],
  ['/v1/video/generations', { status: 'completed', data: { status: 'SUCCESS' } }],
  ['/v1/video/create', { status: 'completed' }],
  ['/unified-video/generate', { success: true, status: 'completed', progress: 100 }],
] as const;
const SHORT = { model: MODEL, prompt: 'a' };

test.each(WAITING)('%s waits where its caller prefers it', async (path, ended) => {
  const answer = app.postJson(path, SHORT, { prefer: 'wait=50' });
  await made(1);
  app.gateway.finish(jobs()[0]?.id ?? '');
  const response = await answer;
  expect(response.headers.get('preference-applied')).toBe('wait=50');
  expect(await response.json()).toMatchObject(ended);
});

test.each<[path: string, status: number]>([
  [GENERATE, 202],
  ['/v1/videos', 200],
])('%s is answered for its job also when that cannot be read any more', async (path, status) => {
  const body = path === GENERATE ? BODY : { model: MODEL, prompt: 'a' };
  const answer = app.postJson(path, body, { prefer: 'wait=50' });
  await made(1);
  const [job] = jobs();
  app.gateway.fault = new Error('connection refused');
  app.gateway.finish(job?.id ?? '');
  const response = await answer;
  app.gateway.fault = undefined;
  expect(response.status).toBe(status);
  expect((await response.text()).replaceAll('-', '')).toContain(job?.id.replaceAll('-', ''));
});

test.each(['wait=0', 'respond-async'])('%s is said to have been followed', async (prefer) => {
  for (const path of [GENERATE, ...WAITING.map(([short]) => short)]) {
    const body = path === GENERATE ? BODY : SHORT;
    const response = await app.postJson(path, body, { prefer });
    expect([path, response.headers.get('preference-applied')]).toEqual([path, prefer]);
  }
});

test('a caller who leaves loses nothing and leaves nothing behind', async () => {
  const leaving = new AbortController();
  const answer = app.send(GENERATE, {
    method: 'POST',
    signal: leaving.signal,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(BODY),
  });
  await made(1);
  const lines = app.log.length;
  leaving.abort();
  await expect(answer).rejects.toThrow('aborted');
  await until('the end of the exchange', () => app.log.length > lines);
  expect(app.log.slice(lines)).toEqual([expect.objectContaining({ path: GENERATE, cut: true })]);
  const [job] = jobs();
  app.gateway.finish(job?.id ?? '');
  expect((await app.send(`/v1/ula/videos/${job?.id}`)).status).toBe(200);
});

describe('a held request', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const inUse = (): number => {
    collect();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    return arrayBuffers + heapUsed;
  };
  const picture = `data:image/png;base64,${Buffer.concat([PNG, Buffer.alloc(4.5 * MIB)]).toString('base64')}`;
  const json = Buffer.from(
    JSON.stringify({ model: MODEL, prompt: 'a', input_reference: { image_url: picture } }),
  );
  const boundary = 'x-boundary';
  const part = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const form = Buffer.from(
    `${part('model', MODEL)}${part('prompt', 'a')}${part('input_reference[image_url]', picture)}--${boundary}--\r\n`,
  );

  test.each<[kind: string, type: string, body: Buffer]>([
    ['JSON', 'application/json', json],
    ['form', `multipart/form-data; boundary=${boundary}`, form],
  ])('keeps its %s body neither in the budget nor in memory', async (_kind, type, body) => {
    const before = inUse();
    const answers: Promise<number>[] = [];
    for (let index = 1; index <= 12; index += 1) {
      answers.push(post(body, type));
      // One after the other: the budget takes a few at a time, and all of them only if it gets back what was read.
      await made(index);
      app.gateway.creations.length = 0;
    }
    for (const job of jobs()) job.request.inputs = [];
    // Buffers are given back by a collector that runs beside us.
    await until('what was read to be given back', () => inUse() - before < body.length * 4);
    for (const { id } of jobs()) app.gateway.finish(id);
    expect(await Promise.all(answers)).toEqual(answers.map(() => 200));
  });

  /** The status; 0 for a call that broke off. */
  function post(body: Buffer, type: string): Promise<number> {
    return new Promise((resolve) => {
      const call = httpRequest(`${app.origin}/v1/videos`, {
        method: 'POST',
        agent: false,
        headers: {
          'content-type': type,
          'content-length': body.length,
          'x-api-key': KEY,
          prefer: 'wait=50',
        },
      });
      call.on('error', () => resolve(0));
      call.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.end(body);
    });
  }
});

test('another workspace sees none of it, and a key sees only what its scopes open', async () => {
  const created = await app.postJson(GENERATE, BODY, { prefer: 'wait=0' });
  const path = created.headers.get('location') ?? '';
  expect([created.status, path, await created.text()]).toEqual([
    202,
    expect.stringMatching(/^\/v1\/ula\/videos\/.+|^http/),
    expect.anything(),
  ]);
  const foreign = await app.send(path, { headers: { authorization: `Bearer ${OTHER_KEY}` } });
  const unknown = await app.send('/v1/ula/videos/00000000-0000-7000-8000-000000000000');
  expect([foreign.status, unknown.status]).toEqual([404, 404]);
  expect(await foreign.text()).toBe(await unknown.text());
  const asReader = { authorization: `Bearer ${READ_KEY}` };
  expect((await app.send(path, { headers: asReader })).status).toBe(202);
  expect((await app.postJson(GENERATE, BODY, asReader)).status).toBe(403);
  const asNobody = { authorization: 'Bearer rl_live_revoked' };
  for (const route of [path, '/v1/ula/models']) {
    expect((await app.send(route, { headers: asNobody })).status).toBe(401);
  }
  expect((await app.postJson(GENERATE, BODY, asNobody)).status).toBe(401);
  expect(jobs()).toHaveLength(1);
});

test('the key in the URL of the exchange is in no log and opens no other endpoint', async () => {
  const exchange = '/v1/ula/oauth-authentication';
  const ask = (path: string, method = 'POST') => fetch(`${app.origin}${path}`, { method });
  expect((await ask(`${exchange}?api_key=${READ_KEY}`)).status).toBe(200);
  expect((await ask(`${exchange}?api_key=rl_live_revoked`)).status).toBe(403);
  expect((await ask(exchange)).status).toBe(401);
  for (const path of ['/v1/ula/models', '/v1/ula/videos/x']) {
    expect((await ask(`${path}?api_key=${KEY}`, 'GET')).status).toBe(401);
  }
  expect(JSON.stringify(app.log)).not.toMatch(/rl_live_/);
});

test('when the server closes, everybody is answered at once, and nobody waits any more', async () => {
  const answers = Array.from({ length: 50 }, () => app.postJson(GENERATE, BODY));
  await made(50);
  waitEnds.endAll();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([202]));
  expect((await app.postJson(GENERATE, BODY)).status).toBe(202);
});
