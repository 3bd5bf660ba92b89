import { simulations } from '../../simulators';
import { startUpstream, until, type Upstream } from '../support/simulator';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fal } from '../../src/providers/fal';

/** What only fal's pages say: two replies to one question, three words for everything, signatures with a published key. */

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.stop());

const KEY = { authorization: 'Key an-id:a-secret', connection: 'close' };
type Body = Record<string, unknown>;

async function call(method: string, path: string, body?: Body, headers: Body = KEY) {
  const response = await fetch(`${upstream.baseUrlOf('fal')}${path}`, {
    method,
    headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Body,
  };
}

const submit = (token = '', query = '') =>
  call('POST', `/fal-ai/veo3.1/fast${query}`, { prompt: `a cat [[sim ${token}]]`, duration: '4s' });

const pathOf = (url: unknown): string =>
  new URL(String(url)).pathname.replace(new URL(upstream.baseUrlOf('fal')).pathname, '');

test('the addresses of a request have its app, and not the rest of its endpoint', async () => {
  const { status, body } = await submit();
  expect([status, body['status']]).toEqual([200, 'IN_QUEUE']);
  const path = `/fal-ai/veo3.1/requests/${String(body['request_id'])}`;
  expect(pathOf(body['response_url'])).toBe(path);
  expect(pathOf(body['status_url'])).toBe(`${path}/status`);
  expect((await call('GET', `${path}/status`)).status).toBe(202);
  const deeper = path.replace('/veo3.1/', '/veo3.1/fast/');
  const answer = await fetch(`${upstream.baseUrlOf('fal')}${deeper}/status`, { headers: KEY });
  expect(answer.status).toBe(404);
});

test.each([
  ['https://example.com/hook', 200],
  ['http://[::1]:9/hook', 200],
  ['http://example.com/hook', 400],
])('a webhook at %s is answered with %i', async (webhook, status) => {
  const query = `?fal_webhook=${encodeURIComponent(webhook)}`;
  expect((await submit('polls=1', query)).status).toBe(status);
});

test('a look is 202 until the end and 200 after it, and the result stands in another reply', async () => {
  const { body } = await submit('seconds=10');
  const path = pathOf(body['response_url']);
  const look = async () => {
    const { status, body: said } = await call('GET', `${path}/status`);
    return [status, said['status']];
  };
  expect(await look()).toEqual([202, 'IN_QUEUE']);
  expect(await call('GET', path)).toMatchObject({
    status: 400,
    body: { detail: 'Request is still in progress' },
  });
  upstream.advance(5_000);
  expect(await look()).toEqual([202, 'IN_PROGRESS']);
  upstream.advance(5_000);
  expect(await look()).toEqual([200, 'COMPLETED']);
  const result = await call('GET', path);
  expect(result).toMatchObject({ status: 200, body: { video: { content_type: 'video/mp4' } } });
  expect(result.headers.get('x-fal-billable-units')).toBe('4');
  expect(result.headers.get('x-fal-request-id')).toBe(body['request_id']);
});

test.each([
  ['fail', 500, 'internal_server_error'],
  ['policy', 422, 'content_policy_violation'],
])(
  'fault=%s is COMPLETED too, and its result has status %i and %s',
  async (fault, status, type) => {
    const { body } = await submit(`seconds=1 fault=${fault}`);
    upstream.advance(5_000);
    const path = pathOf(body['response_url']);
    expect((await call('GET', `${path}/status`)).body).toMatchObject({
      status: 'COMPLETED',
      error: `Invalid status code: ${String(status)}`,
    });
    expect(await call('GET', path)).toMatchObject({ status, body: { detail: [{ type }] } });
  },
);

test('a cancel is asked for once, and is too late after the end', async () => {
  const { body } = await submit('queued=100');
  const cancel = pathOf(body['cancel_url']);
  expect(await call('PUT', cancel)).toMatchObject({
    status: 202,
    body: { status: 'CANCELLATION_REQUESTED' },
  });
  expect(await call('PUT', cancel)).toMatchObject({
    status: 400,
    body: { status: 'ALREADY_COMPLETED' },
  });
  expect(await call('PUT', cancel.replace(/requests\/[^/]+/, 'requests/nobody'))).toMatchObject({
    status: 404,
    body: { status: 'NOT_FOUND' },
  });
  expect((await call('GET', pathOf(body['status_url']))).body).toMatchObject({
    status: 'COMPLETED',
    error_type: 'client_cancelled',
  });
});

test.each([
  ['no key', {}, /Authentication is required/],
  ['a key without a secret', { authorization: 'Key an-id' }, /Invalid Key Authorization header/],
])('%s is refused with 401', async (_, headers, text) => {
  const { status, body } = await call('POST', '/fal-ai/veo3.1', { prompt: 'a' }, headers);
  expect([status, body['detail']]).toEqual([401, expect.stringMatching(text)]);
});

test.each<[string, string, Body, string, string]>([
  ['no prompt', '/fal-ai/veo3.1', {}, 'prompt', 'missing'],
  [
    'a length as a number',
    '/fal-ai/veo3.1',
    { prompt: 'a', duration: 8 },
    'duration',
    'literal_error',
  ],
  [
    'a length of another family',
    '/fal-ai/veo3.1',
    { prompt: 'a', duration: '8' },
    'duration',
    'literal_error',
  ],
  ['no picture', '/fal-ai/veo3.1/image-to-video', { prompt: 'a' }, 'image_url', 'missing'],
  [
    'a resolution of its sister',
    '/bytedance/seedance-2.0/fast/text-to-video',
    { prompt: 'a', resolution: '1080p' },
    'resolution',
    'literal_error',
  ],
])('%s is refused with 422 and its place', async (_, path, input, field, type) => {
  expect(await call('POST', path, input)).toMatchObject({
    status: 422,
    body: { detail: [{ loc: ['body', field], type }] },
  });
});

test('more than twelve files are refused', async () => {
  const urls = (count: number) => Array.from({ length: count }, () => 'https://a.example/x');
  const input = { prompt: 'a', image_urls: urls(9), video_urls: urls(1), audio_urls: urls(3) };
  const { status } = await call('POST', '/bytedance/seedance-2.0/reference-to-video', input);
  expect(status).toBe(422);
});

test('the end alone is posted, signed with the key that is published', async () => {
  const received: { headers: Record<string, string>; body: Buffer }[] = [];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      received.push({ headers, body: Buffer.concat(chunks) });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    const port = String((receiver.address() as AddressInfo).port);
    const url = encodeURIComponent(`http://127.0.0.1:${port}/hook`);
    const { body } = await submit('seconds=2', `?fal_webhook=${url}`);
    await until(() => {
      upstream.advance(100);
      return received.length > 0;
    });
    const [message] = received;
    expect(JSON.parse(String(message?.body))).toMatchObject({
      request_id: body['request_id'],
      status: 'OK',
      payload: { video: { content_type: 'video/mp4' } },
    });
    const options = simulations['fal']?.options?.(upstream.baseUrlOf('fal')) ?? {};
    const target = fal.callbackKeys?.(options).target;
    const keySet = await fetch(target && 'url' in target ? target.url : '', {
      headers: { connection: 'close' },
    });
    const { keys } = (await keySet.json()) as { keys: Record<string, unknown>[] };
    const timestamp = Number(message?.headers['x-fal-webhook-timestamp']);
    const isBelieved = fal.verifyCallback?.({
      headers: message?.headers ?? {},
      body: message?.body ?? Buffer.alloc(0),
      credentials: {},
      nowMs: timestamp * 1_000,
      publicKeys: keys,
    });
    expect(isBelieved).toBe(true);
    expect(received).toHaveLength(1);
  } finally {
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  }
});
