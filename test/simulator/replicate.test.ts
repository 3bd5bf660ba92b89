import { startUpstream, type Upstream } from '../support/simulator';

/** What only Replicate's pages say: six words, an output that is gone after an hour, pages of a list, a shared secret. */

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.stop());

const TOKEN = { authorization: 'Bearer r8_abc', connection: 'close' };
type Body = Record<string, unknown>;

async function call(method: string, path: string, body?: Body, headers: Body = TOKEN) {
  const response = await fetch(`${upstream.baseUrlOf('replicate')}${path}`, {
    method,
    headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

const MODEL = '/models/bytedance/seedance-1-pro/predictions';
const create = (token = '', more: Body = {}) =>
  call('POST', MODEL, { input: { prompt: `a cat [[sim ${token}]]`, ...more } });
const look = async (id: unknown): Promise<Body> =>
  (await call('GET', `/predictions/${String(id)}`)).body;

test('a prediction starts, is processed and succeeds with one link and the seconds it made', async () => {
  const { status, body } = await create('seconds=10', { duration: 7 });
  expect([status, body['status'], body['output']]).toEqual([201, 'starting', null]);
  upstream.advance(5_000);
  expect(await look(body['id'])).toMatchObject({ status: 'processing', completed_at: null });
  upstream.advance(5_000);
  expect(await look(body['id'])).toMatchObject({
    status: 'succeeded',
    output: expect.stringMatching(/^http/) as unknown,
    metrics: { video_output_duration_seconds: 7 },
  });
});

test('an hour after its end output and input are gone, and the word stays', async () => {
  const { body } = await create('seconds=1');
  upstream.advance(3_600_000);
  expect(await look(body['id'])).toMatchObject({ data_removed: false });
  upstream.advance(10_000);
  expect(await look(body['id'])).toMatchObject({
    status: 'succeeded',
    output: null,
    input: null,
    data_removed: true,
  });
});

test.each([
  ['https://example.com/hook', 201],
  ['http://127.0.0.1:9/hook', 201],
  ['http://example.com/hook', 422],
  ['http://127.0.0.1.example.com/hook', 422],
  ['hook', 422],
])('a webhook at %s is answered with %i', async (webhook, status) => {
  const input = { prompt: 'a cat [[sim polls=1]]' };
  expect(await call('POST', MODEL, { input, webhook })).toMatchObject({ status });
});

test('one that is canceled in the queue has never started', async () => {
  const { body: waiting } = await create('queued=100');
  const { body: begun } = await create('queued=1 seconds=100');
  upstream.advance(5_000);
  for (const { id } of [waiting, begun]) await call('POST', `/predictions/${String(id)}/cancel`);
  const started_at: unknown = expect.any(String);
  expect(await look(waiting['id'])).toMatchObject({ status: 'canceled', started_at: null });
  expect(await look(begun['id'])).toMatchObject({ status: 'canceled', started_at });
});

test('a cancel shows the prediction, and leaves one that is over as it is', async () => {
  const { body } = await create('queued=100');
  const path = `/predictions/${String(body['id'])}/cancel`;
  expect(await call('POST', path)).toMatchObject({ status: 200, body: { status: 'canceled' } });
  const { body: other } = await create('seconds=1');
  upstream.advance(5_000);
  expect(await call('POST', `/predictions/${String(other['id'])}/cancel`)).toMatchObject({
    status: 200,
    body: { status: 'succeeded' },
  });
});

test.each<[string, Body, string]>([
  ['a word beside its own', { input: { prompt: 'a' }, prompt: 'a' }, 'Request validation failed'],
  [
    'a webhook that is no URL',
    { input: { prompt: 'a' }, webhook: 'x' },
    'Request validation failed',
  ],
  ['no prompt', { input: {} }, 'Input validation failed'],
  [
    'a length that it does not make',
    { input: { prompt: 'a', duration: 13 } },
    'Input validation failed',
  ],
  ['a length as text', { input: { prompt: 'a', duration: '5' } }, 'Input validation failed'],
  [
    'a last frame without a first',
    { input: { prompt: 'a', last_frame_image: 'https://a.example/x.png' } },
    'Input validation failed',
  ],
])('%s is refused with 422', async (_, body, title) => {
  expect(await call('POST', MODEL, body)).toMatchObject({
    status: 422,
    body: { title, status: 422 },
  });
});

test('references of Veo want 16:9 and eight seconds', async () => {
  const references = { prompt: 'a', reference_images: ['https://a.example/x.png'] };
  const veo = (more: Body) =>
    call('POST', '/models/google/veo-3.1/predictions', { input: { ...references, ...more } });
  expect((await veo({})).status).toBe(201);
  expect((await veo({ duration: 4 })).status).toBe(422);
  expect((await veo({ aspect_ratio: '9:16' })).status).toBe(422);
});

test('a body with a version names the model itself', async () => {
  const input = { prompt: 'a' };
  const named = { version: 'bytedance/seedance-1-pro', input };
  expect((await call('POST', '/predictions', named)).status).toBe(201);
  expect(await call('POST', '/predictions', { version: 'a'.repeat(64), input })).toMatchObject({
    status: 422,
    body: { title: 'Invalid version or not permitted' },
  });
});

test('the list is the newest first, a hundred to a page, and leads to the next', async () => {
  for (let index = 0; index < 101; index += 1) await create();
  const { body } = await call('GET', '/predictions');
  const results = body['results'] as Body[];
  expect(results).toHaveLength(100);
  const next = new URL(String(body['next']));
  const base = new URL(upstream.baseUrlOf('replicate')).pathname;
  const rest = await call('GET', next.pathname.replace(base, '') + next.search);
  expect(rest.body).toMatchObject({ next: null, results: [{ status: 'starting' }] });
});

test('the account and its secret for callbacks are shown to its token alone', async () => {
  expect((await call('GET', '/account')).body).toHaveProperty('username');
  expect((await call('GET', '/webhooks/default/secret')).body['key']).toMatch(/^whsec_/);
  expect(await call('GET', '/account', undefined, {})).toMatchObject({
    status: 401,
    body: { title: 'Unauthenticated' },
  });
});
