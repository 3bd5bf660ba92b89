import { apis } from '../../src/dialects';
import { REQUEST, startTestGateway } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { startTcpProxy } from '../support/tcp-proxy';
import type { TcpProxy } from '../support/tcp-proxy';

/** A bounded number of jobs waits for its start while the engine is away, so what was accepted always starts soon. */

const WAITING_MAX = 3;

const WORDS = { model: 'seedance-2.0', resolution: '720p', duration: 5 };
const PROMPT = 'one too many [[sim seconds=1 video=shared]]';
/** A create of each API, and one of a model that there is none of. */
const CREATES: readonly [api: string, path: string, body: Record<string, unknown>][] = [
  ['videos', '/v1/videos', { ...WORDS, prompt: PROMPT }],
  [
    'ark-tasks',
    '/v1/contents/generations/tasks',
    { ...WORDS, ratio: '16:9', content: [{ type: 'text', text: PROMPT }] },
  ],
  ['video-generations', '/v1/video/generations', { ...WORDS, prompt: PROMPT }],
  ['unified-video', '/unified-video/generate', { ...WORDS, prompt: PROMPT }],
  [
    'ula',
    '/v1/ula/generate-video',
    {
      ...WORDS,
      prompt: PROMPT,
      aspect_ratio: '16:9',
      generate_audio: true,
      camera_fixed: false,
      service_tier: 'default',
    },
  ],
];

test('every API that makes jobs has a create in the table', () => {
  expect([...CREATES.map(([api]) => api), 'account', 'admin', 'jobs'].sort()).toEqual(
    Object.keys(apis).sort(),
  );
});

let toEngine: TcpProxy;
let gateway: TestGateway;
const waiting: string[] = [];
const first = {
  body: { ...REQUEST, prompt: 'patient [[sim seconds=1 video=shared]]' },
  headers: { 'idempotency-key': 'the-first' },
};

beforeAll(async () => {
  toEngine = await startTcpProxy(process.env['REELAY_TEST_ENGINE'] ?? '');
  gateway = await startTestGateway(
    // The sweep must not be what starts a job here.
    { waits: { sweepEveryMs: 600_000 }, limits: { startsWaiting: WAITING_MAX } },
    { env: { TEMPORAL_ADDRESS: toEngine.address } },
  );
  toEngine.cut();
  const { json } = await gateway.call('POST', '/v1/videos', first);
  waiting.push(json.id as string);
  while (waiting.length < WAITING_MAX) waiting.push(await gateway.create(first.body));
});
afterAll(async () => {
  toEngine?.mend();
  await gateway?.close();
  await toEngine?.close();
});

test.each(CREATES)(
  'a create of %s is 503 with Retry-After in its own shape, and makes nothing',
  async (_, path, body) => {
    const wrong = await gateway.call('POST', path, { body: { ...body, model: 'no-such-model' } });
    const answer = await gateway.call('POST', path, { body });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('x-should-retry')).not.toBe('false');
    expect(answer.text).toContain('Too many jobs wait for their start');
    // The same shape as of any other error there.
    expect(Object.keys(answer.json).sort()).toEqual(Object.keys(wrong.json).sort());
    expect(await gateway.sql('SELECT count(*)::int AS made FROM jobs')).toEqual([
      { made: WAITING_MAX },
    ]);
  },
);

test('a repeat under the key of a job that was accepted has its answer', async () => {
  const { status, json } = await gateway.call('POST', '/v1/videos', first);
  expect([status, json.id]).toEqual([200, waiting[0]]);
});

test('all of them start when the engine is back, and creates are taken again', async () => {
  toEngine.mend();
  for (const id of waiting) expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  expect(await gateway.ended(await gateway.post())).toMatchObject({ status: 'completed' });
});
