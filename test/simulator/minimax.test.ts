import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CODES } from '../../src/providers/minimax/codes';
import { minimax } from '../../src/providers/minimax';
import { minimax as simulation } from '../../simulators/minimax';
import type { Call, Reply } from '../../src/core/provider/exchange';
import { createSimulatedProvider } from '../support/simulated-provider';
import type { SimulatedProvider } from '../support/simulated-provider';
import { startUpstream, until, type Upstream } from '../support/simulator';

/** MiniMax's two wires as its pages describe them, called as a client of its own would. */

let upstream: SimulatedProvider;
beforeEach(() => {
  upstream = createSimulatedProvider(minimax, simulation);
});

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read what the wire says

const call = (method: Call['method'], path: string, body?: unknown): Call => ({
  method,
  target: { path },
  headers: { 'content-type': 'application/json' },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});
const answered = (reply: Reply): { status: number; body: Json } => ({
  status: reply.status,
  body: JSON.parse(Buffer.from(reply.body).toString()) as Json,
});
const send = (...asked: Parameters<typeof call>) => answered(upstream.send(call(...asked)));
const as = (apiKey: string, ...asked: Parameters<typeof call>) =>
  answered(upstream.sendUnsigned(minimax.authorize(call(...asked), { apiKey }, 0)));

const text = (prompt = 'a cat [[sim seconds=2]]') => ({ type: 'text', text: prompt });
const picture = (role: string, url = 'https://media.example/a.png') => ({
  type: 'image_url',
  image_url: { url },
  role,
});
const H3 = {
  model: 'MiniMax-H3',
  content: [text()],
  resolution: '768P',
  duration: 5,
  ratio: '16:9',
};
const HAILUO = {
  model: 'MiniMax-Hailuo-2.3',
  prompt: 'a cat [[sim seconds=2]]',
  duration: 6,
  resolution: '768P',
};
const create = (change: object = {}) => send('POST', '/v2/video_generation', { ...H3, ...change });
const createOlder = (change: object = {}) =>
  send('POST', '/v1/video_generation', { ...HAILUO, ...change });

describe('the newer wire', () => {
  test('a task waits, runs and has a link and the seconds that are billed', () => {
    const { task_id: id } = create().body;
    const look = () => send('GET', `/v2/query/video_generation/${String(id)}`).body['task'] as Json;
    expect(look()).toMatchObject({ id, status: 'queued', model: 'MiniMax-H3', ratio: '16:9' });
    upstream.advance(5_000);
    expect(look()).toMatchObject({
      status: 'succeeded',
      content: { url: expect.stringMatching(/^http/) as string },
      usage: { total_seconds: 5, input_seconds: 0, output_seconds: 5 },
    });
  });

  test.each<[string, object]>([
    ['small letters', { resolution: '768p' }],
    ['a resolution of another model', { resolution: '480P' }],
    ['a length as text', { duration: '5' }],
    ['three seconds', { duration: 3 }],
    ['sixteen seconds', { duration: 16 }],
    ['no text', { content: [picture('first_frame')] }],
    ['two texts', { content: [text(), text()] }],
    ['a text without a shape', { ratio: 'adaptive' }],
    [
      'frames beside references',
      { content: [text(), picture('first_frame'), picture('reference_image')] },
    ],
    ['a last frame alone', { content: [text(), picture('last_frame')] }],
    [
      'ten pictures',
      { content: [text(), ...Array.from({ length: 10 }, () => picture('reference_image'))] },
    ],
    [
      'a sound alone',
      {
        content: [
          text(),
          { type: 'audio_url', audio_url: { url: 'https://a.example/x' }, role: 'reference_audio' },
        ],
      },
    ],
    [
      'references of H3-Max',
      { model: 'MiniMax-H3-Max', content: [text(), picture('reference_image')] },
    ],
    ['a model that there is not', { model: 'MiniMax-H9' }],
  ])('refuses %s with 400 and code 2013', (_, change) => {
    const { status, body } = create(change);
    expect([status, body['type'], body['error'].type]).toEqual([400, 'error', 'bad_request_error']);
    expect(body['error']).toMatchObject({ http_code: '400' });
    expect(body['error'].message).toMatch(/ \(2013\)$/);
    expect(upstream.jobs()).toBe(0);
  });

  test('a DELETE cancels what waits, is refused for what runs, and takes the record of what ended', () => {
    const path = (id: unknown) => `/v2/video_generation/${String(id)}`;
    const { task_id: id } = create({ content: [text('a [[sim queued=10 seconds=10]]')] }).body;
    expect(send('DELETE', path(id)).body).toMatchObject({ action: 'cancelled' });
    expect(send('DELETE', path(id)).status).toBe(400);
    const { task_id: other } = create({ content: [text('a [[sim queued=0 seconds=10]]')] }).body;
    expect(send('DELETE', path(other)).status).toBe(400);
    upstream.advance(10_000);
    expect(send('DELETE', path(other)).body).toMatchObject({ action: 'deleted' });
    expect(send('GET', `/v2/query/video_generation/${String(other)}`).status).toBe(400);
  });

  test('a task is known for seven days, and under its own wire alone', () => {
    const [newer, older] = [create().body['task_id'], createOlder().body['task_id']].map(String);
    const look = (id = '') => send('GET', `/v2/query/video_generation/${id}`).status;
    expect([look(newer), look(older)]).toEqual([200, 400]);
    upstream.advance(7 * 86_400_000);
    expect(look(newer)).toBe(400);
  });

  test('an unknown task is told with 500 to an account that is known for it', () => {
    const { status, body } = as('record-not-found', 'GET', '/v2/query/video_generation/1');
    expect([status, body['error'].message]).toEqual([500, 'record not found (1000)']);
  });
});

describe('the older wire', () => {
  test('a finished task names a file, whose link a second call brings', () => {
    const { task_id: id, base_resp } = createOlder().body;
    expect(base_resp).toEqual({ status_code: 0, status_msg: 'success' });
    const look = () => send('GET', `/v1/query/video_generation?task_id=${String(id)}`).body;
    expect(look()).toMatchObject({ task_id: id, status: 'Queueing', file_id: '' });
    upstream.advance(5_000);
    const { status, file_id: file, video_width } = look();
    expect([status, video_width]).toEqual(['Success', 1366]);
    const { body } = send('GET', `/v1/files/retrieve?file_id=${String(file)}`);
    expect(body['file']).toMatchObject({ file_id: Number(file), purpose: 'video_generation' });
    expect(Number.isSafeInteger(body['file'].file_id)).toBe(true);
  });

  test.each<[string, object]>([
    ['ten seconds in 1080P', { resolution: '1080P', duration: 10 }],
    ['512P without a frame', { model: 'MiniMax-Hailuo-02', resolution: '512P' }],
    ['a text to the fast model', { model: 'MiniMax-Hailuo-2.3-Fast' }],
    [
      'a last frame',
      { first_frame_image: 'https://a.example/x', last_frame_image: 'https://a.example/y' },
    ],
    ['neither a text nor a frame', { prompt: '' }],
    ['a file of the account', { first_frame_image: 'mm_file://1' }],
    ['a long text', { prompt: 'x'.repeat(2_001) }],
  ])('refuses %s with 200, code 2013 and no task', (_, change) => {
    const { status, body } = createOlder(change);
    expect([status, body['task_id'], body['base_resp'].status_code]).toEqual([200, '', 2013]);
    expect(upstream.jobs()).toBe(0);
  });
});

test.each(Object.keys(CODES))('every code can be met on both wires: %s', (code) => {
  const older = as(`refused-${code}`, 'POST', '/v1/video_generation', HAILUO);
  expect([older.status, older.body['base_resp'].status_code]).toEqual([200, Number(code)]);
  const newer = as(`refused-${code}`, 'POST', '/v2/video_generation', H3);
  expect(newer.status).toBeGreaterThanOrEqual(400);
  expect(newer.body['error'].message).toContain(`(${code})`);
});

describe('a callback address', () => {
  let receiver: Server;
  let received: Json[];
  let answer: (challenge: string) => unknown;
  let server: Upstream;
  beforeEach(async () => {
    received = [];
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Json;
        received.push(body);
        response.end(JSON.stringify('challenge' in body ? answer(body['challenge']) : {}));
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    server = await startUpstream();
  });
  afterEach(async () => {
    await server.stop();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  const post = async (path: string, body: object): Promise<Json> => {
    const { port } = receiver.address() as AddressInfo;
    const reply = await fetch(`${server.baseUrlOf('minimax')}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer simulated', connection: 'close' },
      body: JSON.stringify({ ...body, callback_url: `http://127.0.0.1:${String(port)}/hook` }),
    });
    return (await reply.json()) as Json;
  };

  test('that answers the question hears of the task, in small letters on the older wire', async () => {
    answer = (challenge) => ({ challenge });
    const { task_id: id } = await post('/v1/video_generation', HAILUO);
    await until(() => received.length === 2);
    // 0.3 s of the two are spent in the queue.
    server.advance(500);
    await until(() => received.length === 3);
    server.advance(1_500);
    await until(() => received.length === 4);
    expect(Object.keys(received[0] ?? {})).toEqual(['challenge']);
    const states = received.slice(1).map((one) => [one['task_id'], one['status']]);
    expect(states).toEqual(['processing', 'processing', 'success'].map((word) => [id, word]));
  });

  test('that answers otherwise hears nothing more, and the create says nothing of it', async () => {
    answer = () => ({ challenge: 'another word' });
    const { task_id: id } = await post('/v2/video_generation', H3);
    await until(() => received.length === 1);
    server.advance(60_000);
    answer = (challenge) => ({ challenge });
    const { task_id: other } = await post('/v2/video_generation', H3);
    // A later task's messages come and none of the first one's.
    await until(() => received.length >= 3);
    const told = received.flatMap((one) => ('task' in one ? [one['task'].id as string] : []));
    expect([id === other, told.includes(String(id)), told.includes(String(other))]).toEqual([
      ...[false, false, true],
    ]);
  });
});
