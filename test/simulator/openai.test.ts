import { json, startUpstream, type Upstream } from '../support/simulator';

/** What only the pages of the OpenAI Videos API and of its servers say. */

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.stop());

const SORA = { model: 'sora-2', prompt: 'a cat [[sim seconds=4 queued=0 video=shared]]' };

interface Wishes {
  key?: string;
  body?: Record<string, unknown> | FormData;
}

async function call(method: string, path: string, { key = 'a-key', body }: Wishes = {}) {
  const isForm = body instanceof FormData;
  const response = await fetch(`${upstream.baseUrlOf('openai')}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      connection: 'close',
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      ...(body && !isForm ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
  });
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, json: isJson ? await json(response) : {}, response };
}

async function create(body: Record<string, unknown> = SORA, key?: string): Promise<string> {
  const { json: video } = await call('POST', '/videos', { body, ...(key ? { key } : {}) });
  if (typeof video['id'] !== 'string') throw new Error(JSON.stringify(video));
  return video['id'];
}

test('a video has the fields of the reference, all of them', async () => {
  const { status, json: video } = await call('POST', '/videos', { body: SORA });
  expect(status).toBe(200);
  expect(Object.keys(video).toSorted()).toEqual(
    [
      ...['completed_at', 'created_at', 'error', 'expires_at', 'id', 'model', 'object', 'progress'],
      ...['prompt', 'remixed_from_video_id', 'seconds', 'size', 'status'],
    ].toSorted(),
  );
  expect(video).toMatchObject({ object: 'video', seconds: '4', size: '720x1280', error: null });
});

test('a form and JSON ask for the same', async () => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...SORA, seconds: '8' })) form.set(name, value);
  form.set('input_reference[image_url]', 'https://media.example/a.png');
  expect((await call('POST', '/videos', { body: form })).json).toMatchObject({ seconds: '8' });
  const body = { ...SORA, seconds: '8', input_reference: { image_url: 'https://a.example/a.png' } };
  expect((await call('POST', '/videos', { body })).json).toMatchObject({ seconds: '8' });
});

test.each<[string, Record<string, unknown>, string]>([
  ['a number in place of "4"', { seconds: 4 }, 'seconds'],
  ['a length that there is not', { seconds: '5' }, 'seconds'],
  ['a size of the larger model', { size: '1920x1080' }, 'size'],
  [
    'both a link and a file',
    { input_reference: { image_url: 'https://a.example/', file_id: 'f' } },
    'input_reference',
  ],
  ['a word that it does not know', { cfg_scale: 1 }, 'cfg_scale'],
  ['no prompt', { prompt: '' }, 'prompt'],
])('refuses %s', async (_, wrong, param) => {
  const { status, json: said } = await call('POST', '/videos', { body: { ...SORA, ...wrong } });
  expect([status, said]).toMatchObject([400, { error: { param, type: 'invalid_request_error' } }]);
});

test('the file is at its own path, for the key alone, once it is made', async () => {
  const id = await create();
  const path = `/videos/${id}/content`;
  expect((await call('GET', path)).status).toBe(404);
  upstream.advance(4_000);
  expect((await call('GET', path, { key: '' })).status).toBe(401);
  expect((await call('GET', path, { key: 'another' })).status).toBe(404);
  const { status, response } = await call('GET', path);
  expect([status, response.headers.get('content-type')]).toEqual([200, 'video/mp4']);
  expect(
    Buffer.from(await response.arrayBuffer())
      .subarray(4, 8)
      .toString(),
  ).toBe('ftyp');
  expect((await call('GET', `${path}?variant=spritesheet`)).status).toBe(400);
});

test('the list goes on behind its last entry', async () => {
  const ids = [await create(), await create(), await create()].reverse();
  const page = (await call('GET', '/videos?limit=2')).json;
  expect(page).toMatchObject({ object: 'list', has_more: true, first_id: ids[0], last_id: ids[1] });
  const next = (await call('GET', `/videos?limit=2&after=${ids[1] ?? ''}`)).json;
  expect(next).toMatchObject({ has_more: false, first_id: ids[2], last_id: ids[2] });
  expect((await call('GET', '/videos?order=asc&limit=1')).json).toMatchObject({ first_id: ids[2] });
  expect((await call('GET', '/videos?limit=101')).status).toBe(400);
});

test('a running job is not deleted, a finished one is', async () => {
  const id = await create();
  expect((await call('DELETE', `/videos/${id}`)).status).toBe(409);
  upstream.advance(4_000);
  expect((await call('DELETE', `/videos/${id}`)).json).toEqual({
    ...{ id, object: 'video.deleted', deleted: true },
  });
  expect((await call('GET', `/videos/${id}`)).status).toBe(404);
});

test('another gateway cancels, and answers a second create under one key with the first job', async () => {
  const send = async (key: string) => {
    const response = await fetch(`${upstream.baseUrlOf('openai')}/videos`, {
      method: 'POST',
      headers: {
        ...{ connection: 'close', authorization: 'Bearer a-key', 'idempotency-key': key },
        'content-type': 'application/json',
      },
      body: JSON.stringify({ model: 'reelay', prompt: 'a cat [[sim seconds=4]]' }),
    });
    return (await json(response))['id'];
  };
  const id = String(await send('one'));
  expect([await send('one'), await send('two')]).toEqual([id, expect.not.stringContaining(id)]);
  expect((await call('DELETE', `/videos/${id}`)).json).toMatchObject({ deleted: false });
  expect((await call('GET', `/videos/${id}`)).json).toMatchObject({
    ...{ status: 'failed', error: { code: 'canceled' } },
  });
});

describe('a server that the key names', () => {
  const WAN = { model: 'wan', prompt: 'a cat [[sim seconds=4 queued=0]]' };
  const form = (fields: Record<string, string>): FormData => {
    const made = new FormData();
    for (const [name, value] of Object.entries(fields)) made.set(name, value);
    return made;
  };

  test('vLLM-Omni takes forms alone, and its failed job is an HTTP error', async () => {
    const key = 'simulated-vllm';
    expect(await call('POST', '/videos', { key, body: WAN })).toMatchObject({
      status: 400,
      json: { error: { type: 'Bad Request', code: 400 } },
    });
    const body = form({ ...WAN, prompt: 'a cat [[sim seconds=1 fault=fail]]' });
    const { json: video } = await call('POST', '/videos', { key, body });
    const path = `/videos/${String(video['id'])}`;
    expect(path).toMatch(/video_gen_/);
    upstream.advance(1_000);
    const failed = await call('GET', path, { key });
    expect([failed.status, failed.json]).toMatchObject([
      500,
      { status: 'failed', error: { code: 500 } },
    ]);
    expect((await call('GET', `${path}/content`, { key })).status).toBe(422);
    expect((await call('GET', '/videos/none', { key })).json).toEqual({
      error: { message: 'Video not found', type: 'Not Found', param: null, code: 404 },
    });
  });

  test.each([
    ['sglang', 200, { status: 'deleted' }],
    ['tensorrt', 202, { deleted: true }],
  ])('%s never runs, and a DELETE takes the record away', async (name, created, said) => {
    const key = `simulated-${name}`;
    const { status, json: video } = await call('POST', '/videos', { key, body: WAN });
    const path = `/videos/${String(video['id'])}`;
    upstream.advance(2_000);
    expect([status, (await call('GET', path, { key })).json]).toMatchObject([
      created,
      { status: 'queued' },
    ]);
    expect((await call('DELETE', path, { key })).json).toMatchObject(said);
    expect((await call('GET', path, { key })).status).toBe(404);
  });

  test('Dynamo answers when the video is made', async () => {
    const { json: video } = await call('POST', '/videos', { key: 'simulated-dynamo', body: WAN });
    expect(video).toMatchObject({
      status: 'completed',
      data: [{ url: expect.any(String) as unknown }],
    });
    upstream.advance(1);
    const [{ url }] = video['data'] as [{ url: string }];
    expect((await fetch(url, { headers: { connection: 'close' } })).status).toBe(200);
  });

  test('new-api has its id twice, its link in metadata, and 400 for an unknown task', async () => {
    const key = 'simulated-newapi';
    const { json: video } = await call('POST', '/videos', { key, body: WAN });
    const id = String(video['id']);
    expect([id, video['task_id']]).toEqual([expect.stringMatching(/^task_/), id]);
    upstream.advance(4_000);
    expect((await call('GET', `/videos/${id}`, { key })).json).toMatchObject({
      metadata: { url: expect.stringMatching(/^http/) as unknown },
    });
    const unknown = await call('GET', '/videos/none', { key });
    expect([unknown.status, unknown.json]).toMatchObject([400, { code: 'task_not_exist' }]);
    expect((await call('DELETE', `/videos/${id}`, { key })).status).toBe(404);
  });

  test('LiteLLM tells seconds and cost at the create alone, shows another id at a look, and passes errors on', async () => {
    const key = 'simulated-litellm';
    const asked = { ...SORA, seconds: '4', size: '1280x720' };
    const made = await call('POST', '/videos', { key, body: asked });
    expect(made.json).toMatchObject({ usage: { duration_seconds: 4 } });
    expect(made.response.headers.get('x-litellm-response-cost')).toBe('0.4');
    upstream.advance(4_000);
    const path = `/videos/${encodeURIComponent(String(made.json['id']))}`;
    const shown = await call('GET', path, { key });
    expect(shown.json).toMatchObject({ status: 'completed', usage: null });
    expect(shown.json['id']).not.toBe(made.json['id']);
    expect((await call('GET', `${path}/content`, { key })).status).toBe(200);
    expect((await call('DELETE', path, { key })).status).toBe(405);
    const refused = await call('POST', '/videos', { key, body: { ...asked, seconds: '5' } });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.json)).toContain('litellm.BadRequestError: OpenAIException - ');
  });
});
