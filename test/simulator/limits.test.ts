import { kling } from '../../src/providers/kling';
import { ark } from '../../src/providers/ark';
import { simulations } from '../../simulators';
import { accountOfKey } from '../../simulators/kit/account';
import type { SimulatorOptions } from '../../simulators/server';
import { json, MODEL, startUpstream, type Upstream } from '../support/simulator';

/** What one account may do at once and in a minute, set, refused and counted over real HTTP. */

type Fields = Record<string, unknown>;

let clock: number;
let upstream: Upstream;
const start = async (options: Partial<SimulatorOptions> = {}): Promise<void> => {
  upstream = await startUpstream({ now: () => clock, ...options });
};
beforeEach(async () => {
  clock = Date.parse('2026-11-21T12:00:00Z');
  await start();
});
afterEach(() => upstream.stop());

const control = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${upstream.url}/_sim/${path}`, {
    method,
    headers: { connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const limit = async (body: Fields): Promise<unknown> =>
  (await json(await control('POST', 'limits', body)))['limits'];
const figures = async (provider: string): Promise<Fields> =>
  ((await upstream.counters())['providers'] as Record<string, Fields>)[provider] ?? {};

/** Creates a text job at Ark; the token steers it. */
const createArk = (directives: string, model = MODEL): Promise<Response> =>
  upstream.create({
    model,
    content: [{ type: 'text', text: `a cat [[sim ${directives}]]` }],
    ratio: '16:9',
  });
const FAST = 'doubao-seedance-2-0-fast-260128';

/** Calls Kling as its adapter signs; an account is an access key. */
async function callKling(method: 'GET' | 'POST', path: string, body?: Fields): Promise<Response> {
  const call = kling.authorize(
    {
      method,
      target: { path },
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    },
    simulations['kling']?.credentials ?? {},
    clock,
  );
  return fetch(`${upstream.baseUrlOf('kling')}${path}`, {
    method,
    headers: { ...call.headers, connection: 'close' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}
const createKling = (model: string, more: Fields = {}): Promise<Response> =>
  callKling('POST', '/v1/videos/text2video', {
    model_name: model,
    prompt: 'a cat [[sim seconds=10]]',
    duration: '5',
    ...more,
  });
const codeOf = async (response: Response): Promise<unknown> => (await json(response))['code'];
/** What an adapter makes of a refusal. */
const replyOf = async (response: Response) => ({
  status: response.status,
  headers: Object.fromEntries(response.headers),
  body: Buffer.from(await response.arrayBuffer()),
});
const SENT = { attemptId: 'a', model: 'any', mode: 'text' as const };

describe('jobs at once', () => {
  test('have no limit until one is set', async () => {
    for (let index = 0; index < 30; index += 1) {
      expect((await createArk('seconds=10')).status).toBe(200);
    }
    expect(await figures('ark')).toMatchObject({ underWay: 30, peak: 30, refusedByLimit: 0 });
  });

  test('of an Ark account are refused beyond its limit until one ends, and nothing is made', async () => {
    expect(await limit({ provider: 'ark', jobsAtOnce: 2 })).toEqual([
      { provider: 'ark', jobsAtOnce: 2 },
    ]);
    await createArk('seconds=10');
    await createArk('polls=1');
    const refused = await createArk('seconds=10', FAST);
    expect(refused.headers.get('retry-after')).toBeNull();
    const reply = await replyOf(refused);
    expect(JSON.parse(reply.body.toString())).toMatchObject({
      error: { code: 'InflightBatchsizeExceeded', type: 'TooManyRequests' },
    });
    expect(ark.readSubmit(reply, SENT)).toMatchObject({
      state: 'refused',
      scope: 'retry',
      until: 'slot',
    });
    expect(await upstream.counters()).toMatchObject({ jobs: 2, submits_seen: 3 });
    clock += 10_000;
    expect((await createArk('seconds=10')).status).toBe(200);
    expect((await createArk('seconds=10')).status).toBe(429);
  });

  test('of a Kling account are refused with 429 and code 1303 beyond its limit', async () => {
    await limit({ provider: 'kling', jobsAtOnce: 1 });
    expect(await codeOf(await createKling('kling-v1'))).toBe(0);
    const refused = await createKling('kling-v1-6');
    expect(refused.headers.get('retry-after')).toBeNull();
    const reply = await replyOf(refused);
    expect(reply.status).toBe(429);
    expect(JSON.parse(reply.body.toString())).toMatchObject({
      code: 1303,
      message: 'parallel task over resource pack limit',
    });
    expect(kling.readSubmit(reply, SENT)).toMatchObject({
      state: 'refused',
      scope: 'retry',
      until: 'slot',
    });
    clock += 10_000;
    expect(await codeOf(await createKling('kling-v1-6'))).toBe(0);
  });

  test('of one model leave the other models alone, and both limits hold', async () => {
    await limit({ provider: 'kling', model: 'kling-v1', jobsAtOnce: 1 });
    await limit({ provider: 'kling', jobsAtOnce: 2 });
    const codes = [];
    for (const model of ['kling-v1', 'kling-v1', 'kling-v1-6', 'kling-v1-6']) {
      codes.push(await codeOf(await createKling(model)));
    }
    expect(codes).toEqual([0, 1303, 0, 1303]);
    expect(await figures('kling')).toEqual({
      underWay: 2,
      peak: 2,
      requests: 4,
      refusedByLimit: 2,
      rateLimited: 0,
      models: {
        'kling-v1': { underWay: 1, peak: 1, refusedByLimit: 1 },
        'kling-v1-6': { underWay: 1, peak: 1, refusedByLimit: 1 },
      },
      accounts: { [accountOfKey('simulated')]: { underWay: 2, peak: 2 } },
    });
  });

  test('do not refuse the answer to a second create with the same external_task_id', async () => {
    await limit({ provider: 'kling', jobsAtOnce: 1 });
    await createKling('kling-v1', { external_task_id: 'mine' });
    expect(await codeOf(await createKling('kling-v1', { external_task_id: 'mine' }))).toBe(1201);
    expect(await figures('kling')).toMatchObject({ refusedByLimit: 0 });
  });

  test('leave a fault of the prompt for the create that is taken', async () => {
    await limit({ provider: 'ark', jobsAtOnce: 1 });
    await createArk('seconds=10');
    expect((await createArk('seconds=5 fault=5xx')).status).toBe(429);
    clock += 10_000;
    expect((await createArk('seconds=5 fault=5xx')).status).toBe(500);
    expect((await createArk('seconds=5 fault=5xx')).status).toBe(200);
  });
});

describe('the peak', () => {
  test('is the most jobs that were under way together, not a sum and not the present', async () => {
    await createArk('seconds=10');
    clock += 10_000;
    await createArk('seconds=10');
    await createArk('seconds=10', FAST);
    clock += 10_000;
    expect(await figures('ark')).toMatchObject({
      underWay: 0,
      peak: 2,
      models: { [MODEL]: { underWay: 0, peak: 1 }, [FAST]: { underWay: 0, peak: 1 } },
    });
  });

  test('begins anew when it is told to, from the jobs that are under way', async () => {
    await limit({ provider: 'ark', jobsAtOnce: 2 });
    await createArk('seconds=5');
    await createArk('seconds=10');
    await createArk('seconds=10');
    expect(await figures('ark')).toMatchObject({ peak: 2, refusedByLimit: 1 });
    clock += 5_000;
    await control('DELETE', 'peaks');
    expect(await figures('ark')).toMatchObject({ underWay: 1, peak: 1, refusedByLimit: 0 });
  });
});

describe('requests in a minute', () => {
  const ids: string[] = [];
  beforeEach(async () => {
    ids.length = 0;
    ids.push(await upstream.submit('[[sim seconds=600]]'));
  });
  const look = (): Promise<Response> => upstream.call('GET', `/${ids[0] ?? ''}`);

  test('count creates and looks of an account together in a window that slides', async () => {
    await limit({ provider: 'ark', requestsPerMinute: 3 });
    expect((await look()).status).toBe(200);
    clock += 30_000;
    expect((await createArk('seconds=10')).status).toBe(200);
    expect((await look()).status).toBe(200);
    expect((await look()).status).toBe(429);
    expect((await createArk('seconds=10')).status).toBe(429);
    clock += 29_999;
    expect((await look()).status).toBe(429);
    clock += 1;
    expect((await look()).status).toBe(200);
    expect((await look()).status).toBe(429);
    expect(await figures('ark')).toMatchObject({ rateLimited: 4, refusedByLimit: 0 });
    expect(await upstream.job(ids[0] ?? '')).toMatchObject({ gets: 3 });
  });

  test('are refused by Ark in its words, which its adapter waits out', async () => {
    await limit({ provider: 'ark', requestsPerMinute: 1 });
    await look();
    const reply = await replyOf(await look());
    expect(reply.status).toBe(429);
    expect(reply.headers).not.toHaveProperty('retry-after');
    expect(JSON.parse(reply.body.toString())).toMatchObject({
      error: { code: 'APIAccountRpmRateLimitExceeded' },
    });
    expect(
      ark.readPoll(reply, {}, { method: 'GET', target: { path: '/' }, headers: {} }),
    ).toMatchObject({ kind: 'transient' });
    expect(ark.readSubmit(reply, SENT)).toMatchObject({ state: 'refused', scope: 'retry' });
  });

  test('are refused by Kling with code 1302, for an account of its own', async () => {
    await limit({ provider: 'kling', requestsPerMinute: 1 });
    expect(await codeOf(await callKling('GET', '/v1/videos/text2video'))).toBe(0);
    const refused = await callKling('GET', '/v1/videos/text2video');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(await codeOf(refused)).toBe(1302);
    expect((await look()).status).toBe(200);
    expect(await figures('ark')).toMatchObject({ rateLimited: 0 });
  });

  test('do not count a call whose key is wrong', async () => {
    await limit({ provider: 'ark', requestsPerMinute: 1 });
    const tasks = `${upstream.baseUrlOf('ark')}/contents/generations/tasks`;
    expect((await fetch(tasks, { headers: { connection: 'close' } })).status).toBe(401);
    expect((await look()).status).toBe(200);
  });

  test('go on counting while another limit changes', async () => {
    await limit({ provider: 'ark', requestsPerMinute: 1 });
    await look();
    await limit({ provider: 'ark', jobsAtOnce: 5 });
    await limit({ provider: 'kling', jobsAtOnce: 5 });
    expect((await look()).status).toBe(429);
  });
});

describe('the control endpoint', () => {
  test('takes one limit off, and all of them', async () => {
    await limit({ provider: 'ark', jobsAtOnce: 1, requestsPerMinute: 9 });
    expect(await limit({ provider: 'kling', model: 'kling-v1', jobsAtOnce: 2 })).toHaveLength(2);
    expect(await limit({ provider: 'ark', jobsAtOnce: null })).toEqual([
      { provider: 'ark', requestsPerMinute: 9 },
      { provider: 'kling', model: 'kling-v1', jobsAtOnce: 2 },
    ]);
    await control('DELETE', 'limits');
    expect(await json(await control('GET', 'limits'))).toEqual({ limits: [] });
  });

  test.each([
    ['an unknown provider', { provider: 'pika', jobsAtOnce: 1 }, /no provider pika/],
    ['a model of no such provider', { provider: 'kling', model: 'x', jobsAtOnce: 1 }, /no model x/],
    ['no limit at all', { provider: 'ark' }, /^send /],
    ['a limit of no job', { provider: 'ark', jobsAtOnce: 0 }, /^send /],
    ['a misspelt limit', { provider: 'ark', jobs: 1 }, /^send /],
    [
      'requests of one model',
      { provider: 'kling', model: 'kling-v1', requestsPerMinute: 1 },
      /by account/,
    ],
  ])('refuses %s and changes nothing', async (_, body, says) => {
    const response = await control('POST', 'limits', body);
    expect(response.status).toBe(400);
    expect((await json(response))['error']).toMatch(says);
    expect(await json(await control('GET', 'limits'))).toEqual({ limits: [] });
  });
});
