import { simulations } from '../../simulators';
import { secretOf } from '../../simulators/kling/token';
import { startSimulator } from '../../simulators/server';
import type { Simulator } from '../../simulators/server';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/**
 * The provider with a lookup, once through the whole gateway: what is lost on the way is found by our own id and never
 * sent again, and a 429 is not just a 429.
 */

let gateway: TestGateway;
/** Kling for accounts whose every submit is refused with one code; 1102 = the pack is used up. */
let refusing: Simulator;

const price = { perJob: '10' };
const onKling = (model: string) => ({ channel: 'kling-simulated', model });
const onSpent = { channel: 'kling-spent', model: 'kling-v2-5-turbo' };

/** A channel whose every submit is refused with that code. */
const refusedWith = (code: number) => ({
  provider: 'kling',
  baseUrl: refusing.baseUrlOf('kling'),
  credentials: {
    accessKey: `refused-${String(code)}`,
    secretKey: secretOf(`refused-${String(code)}`),
  },
});

beforeAll(async () => {
  refusing = await startSimulator({ simulations });
  gateway = await startTestGateway({
    channels: {
      'kling-simulated': { provider: 'kling', simulated: true },
      'kling-repeating': { provider: 'kling', simulated: true, repeatsLostSubmits: true },
      'ark-simulated': { provider: 'ark', simulated: true },
      'kling-spent': refusedWith(1102),
      'kling-hurried': refusedWith(1302),
      'kling-full': refusedWith(1303),
    },
    models: {
      'kling-v1': { channels: [onKling('kling-v1')], price },
      'kling-v1-6': { channels: [onKling('kling-v1-6')], price },
      'kling-v3': { channels: [onKling('kling-v3')], price },
      'kling-v3-omni': { channels: [onKling('kling-v3-omni')], price },
      'kling-3.0': { channels: [onKling('kling-3.0')], price },
      'kling-3.0-turbo': { channels: [onKling('kling-3.0-turbo')], price },
      'kling-3.0-omni': { channels: [onKling('kling-3.0-omni')], price },
      repeated: { channels: [{ channel: 'kling-repeating', model: 'kling-3.0' }], price },
      spent: { channels: [onSpent], price },
      'spent-then-fine': { channels: [onSpent, onKling('kling-v2-5-turbo')], price },
      'spent-then-ark': {
        channels: [onSpent, { channel: 'ark-simulated', model: 'doubao-seedance-2-0-260128' }],
        price,
      },
      hurried: { channels: [{ ...onSpent, channel: 'kling-hurried' }], price },
      'full-then-fine': {
        channels: [{ ...onSpent, channel: 'kling-full' }, onKling('kling-v2-5-turbo')],
        price,
      },
    },
    waits: { sendMs: 5_000, unknownMs: 2_000, busyMs: 4_000, goneGraceMs: 2_000 },
  });
});

afterAll(async () => {
  await gateway?.close();
  await refusing?.stop();
});

let number = 0;
/** Posts one job; its prompt is its own, so that the simulator's counts are too. */
async function post(directives: string, body: Record<string, unknown> = {}) {
  const prompt = `kling ${(number += 1)} [[sim seconds=1 video=shared ${directives}]]`;
  // An image gives the picture its shape, and most models their quality.
  const shape = { resolution: undefined, aspect_ratio: undefined };
  const id = await gateway.post({ model: 'kling-v1', prompt, ...shape, ...body });
  return { id, prompt };
}

async function counts(prompt: string): Promise<{ seen: number; accepted: number }> {
  const { json } = await gateway.call('GET', `${gateway.simulator?.origin}/_sim/counters`);
  return json.by_prompt[prompt];
}

async function attempts(id: string): Promise<unknown[]> {
  return gateway.sql(
    `SELECT channel, state, sends, operation->>'kind' AS kind, refusal->>'scope' AS scope
     FROM attempts WHERE job_id = $1 ORDER BY number`,
    [uuid(id)],
  );
}

const ledger = async (id: string): Promise<unknown[]> =>
  (await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [uuid(id)])).map(
    ({ kind }) => kind,
  );

/** What the lookups of that job were answered. */
const lookups = (id: string): unknown[] => [
  ...new Set(
    gateway.logged
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ jobId, msg }) => jobId === uuid(id) && String(msg).includes('by our own id'))
      .map(({ answer }) => answer),
  ),
];

const frame = { frame_type: 'first_frame', image_url: 'https://media.example/cat.png' };
const last = { frame_type: 'last_frame', image_url: 'https://media.example/end.png' };
const reference = { image_url: 'https://media.example/cat.png' };

test.concurrent.each(['kling-v3', 'kling-3.0'])(
  'a job on %s becomes a playable video, with one submit and one bill',
  async (model) => {
    const { id, prompt } = await post('', { model, resolution: '720p', aspect_ratio: '16:9' });
    expect(await gateway.ended(id)).toMatchObject({
      status: 'completed',
      model,
      seconds: '5',
      size: '1280x720',
    });
    const file = await fetch(`${gateway.api}/v1/videos/${id}/content`, {
      headers: { authorization: `Bearer ${gateway.keys.key}` },
    });
    expect(file.status).toBe(200);
    expect(
      Buffer.from(await file.arrayBuffer())
        .subarray(4, 8)
        .toString(),
    ).toBe('ftyp');
    expect(await counts(prompt)).toEqual({ seen: 1, accepted: 1 });
    expect(await ledger(id)).toEqual(['hold', 'settle']);
    const [usage] = await gateway.sql('SELECT seconds FROM usage WHERE job_id = $1', [uuid(id)]);
    expect(Number(usage?.['seconds'])).toBe(5);
    const [told] = await gateway.sql('SELECT usage FROM jobs WHERE id = $1', [uuid(id)]);
    expect(told?.['usage']).toEqual({ seconds: 5, units: '3' });
  },
);

test.concurrent.each<[kind: string, body: Record<string, unknown>]>([
  ['text2video', {}],
  ['image2video', { frame_images: [frame] }],
  ['image2video', { model: 'kling-v1-6', frame_images: [frame, last] }],
  ['multi-image2video', { model: 'kling-v1-6', input_references: [reference, reference] }],
  ['omni-video', { model: 'kling-v3-omni', input_references: [reference] }],
  ['tasks', { model: 'kling-3.0' }],
  ['tasks', { model: 'kling-3.0', frame_images: [frame, last] }],
  ['tasks', { model: 'kling-3.0-omni', input_references: [reference, reference] }],
])(
  'a submit to %s whose answer is lost is found by our own id at its own endpoint, and never repeated',
  async (kind, body) => {
    // `polls`: the provider sends no callback, so that nothing but the lookup can name the task.
    const { id, prompt } = await post('fault=drop-after-accept polls=3', body);
    expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
    expect(await counts(prompt)).toEqual({ seen: 1, accepted: 1 });
    expect(lookups(id)).toEqual(['found']);
    expect(await attempts(id)).toEqual([
      { channel: 'kling-simulated', state: 'accepted', sends: 1, kind, scope: null },
    ]);
    expect(await ledger(id)).toEqual(['hold', 'settle']);
  },
);

test.concurrent.each(['kling-v3', 'kling-3.0'])(
  'a callback names it too, and sooner: %s',
  async (model) => {
    const { id, prompt } = await post('fault=drop-after-accept', { model });
    expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
    expect(await counts(prompt)).toEqual({ seen: 1, accepted: 1 });
    expect(lookups(id)).toEqual([]);
  },
);

test.concurrent.each(['kling-v3', 'kling-3.0'])(
  'a submit to %s that never arrived is looked for, not found, and not sent again',
  async (model) => {
    const { id, prompt } = await post('fault=drop-before-accept', { model });
    expect(await gateway.ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'submission_unknown' },
    });
    expect(await counts(prompt)).toEqual({ seen: 1, accepted: 0 });
    expect(lookups(id)).toEqual(['not found']);
    expect(await attempts(id)).toMatchObject([{ state: 'unknown', sends: 1 }]);
    expect(await ledger(id)).toEqual(['hold', 'release']);
  },
);

test.concurrent('or once more under the same id, where the operator asks for it', async () => {
  const { id, prompt } = await post('fault=drop-before-accept', { model: 'repeated' });
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  expect(await counts(prompt)).toEqual({ seen: 2, accepted: 1 });
  expect(lookups(id)).toEqual(['not found']);
  expect(await attempts(id)).toMatchObject([{ state: 'accepted', sends: 2 }]);
  expect(await ledger(id)).toEqual(['hold', 'settle']);
});

test.concurrent('and no more than once', async () => {
  const { id, prompt } = await post('fault=drop-before-accept count=9', { model: 'repeated' });
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'submission_unknown' },
  });
  expect(await counts(prompt)).toEqual({ seen: 2, accepted: 0 });
  expect(await attempts(id)).toMatchObject([{ state: 'unknown', sends: 2 }]);
  expect(await ledger(id)).toEqual(['hold', 'release']);
});

test.concurrent(
  'a 429 about the slots of the account waits for one, however long the others take',
  async () => {
    const { id, prompt } = await post('fault=429 count=8');
    expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
    expect(await counts(prompt)).toEqual({ seen: 9, accepted: 1 });
    expect(await attempts(id)).toMatchObject([{ state: 'accepted', sends: 9 }]);
    expect(await gateway.run(uuid(id))).toEqual({ events: 23, status: 'COMPLETED' });
  },
);

test.concurrent('and goes to another channel that has one', async () => {
  const { id } = await post('', { model: 'full-then-fine' });
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  expect(await attempts(id)).toMatchObject([
    { channel: 'kling-full', state: 'refused', scope: 'retry' },
    { channel: 'kling-simulated', state: 'accepted', sends: 1 },
  ]);
});

test.concurrent('a 429 about the rate is sent again, and given up in the end', async () => {
  const { id } = await post('', { model: 'hurried' });
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'provider_busy' },
  });
  const [attempt] = (await attempts(id)) as { state: string; sends: number }[];
  expect(attempt).toMatchObject({ state: 'refused', scope: 'retry' });
  expect(attempt?.sends).toBeGreaterThan(1);
});

test.concurrent('a 429 about the balance is not', async () => {
  const { id } = await post('', { model: 'spent' });
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'provider_denied' },
  });
  expect(await attempts(id)).toEqual([
    { channel: 'kling-spent', state: 'refused', sends: 1, kind: null, scope: 'channel' },
  ]);
  expect(await ledger(id)).toEqual(['hold', 'release']);
});

test.concurrent('and leads to the next channel at once', async () => {
  const { id } = await post('', { model: 'spent-then-fine' });
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  expect(await attempts(id)).toMatchObject([
    { channel: 'kling-spent', state: 'refused', sends: 1 },
    { channel: 'kling-simulated', state: 'accepted', sends: 1 },
  ]);
});

test.concurrent('and to another provider, which makes the very video that was priced', async () => {
  const { id } = await post('', { model: 'spent-then-ark' });
  expect(await gateway.ended(id)).toMatchObject({
    status: 'completed',
    seconds: '5',
    size: '1280x720',
  });
  expect(await attempts(id)).toMatchObject([
    { channel: 'kling-spent', state: 'refused', sends: 1 },
    { channel: 'ark-simulated', state: 'accepted', sends: 1 },
  ]);
  const [{ said } = { said: '{}' }] = await gateway.sql<{ said: string }>(
    `SELECT convert_from(final_reply_body, 'UTF8') AS said FROM attempts
     WHERE job_id = $1 AND final_reply_body IS NOT NULL`,
    [uuid(id)],
  );
  // Left out, the first would be sound that nobody asked for; in Kling's words, the second would be refused.
  expect(JSON.parse(said)).toMatchObject({
    generate_audio: false,
    service_tier: 'default',
    duration: 5,
    resolution: '720p',
    ratio: '16:9',
  });
  expect(await ledger(id)).toEqual(['hold', 'settle']);
});

test.concurrent('but not to one that would make another', async () => {
  const { id } = await post('', { model: 'spent-then-ark', aspect_ratio: '1:1' });
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'provider_denied' },
  });
  expect(await attempts(id)).toMatchObject([{ channel: 'kling-spent', state: 'refused' }]);
});

test.concurrent(
  'a job that runs at a provider without cancel is not canceled: the endpoint says so',
  async () => {
    const { id } = await post('queued=0 seconds=900 fault=callback-missing');
    const taskId = await until('the provider to accept', async () => {
      const attempt = await gateway.base.store.attempts.latest(uuid(id));
      return attempt?.state === 'accepted' ? String(attempt.operation?.['taskId']) : undefined;
    });
    expect((await gateway.call('DELETE', `/v1/videos/${id}`)).status).toBe(409);
    // Moved by hand, so that it cannot have ended before the DELETE.
    const provided = `${gateway.simulator?.origin}/_sim/jobs/${taskId}`;
    expect((await gateway.call('POST', provided, { body: { to: 'end' } })).status).toBe(200);
    expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  },
);

test.concurrent.each([
  ['fail', 'provider_error'],
  ['policy', 'content_rejected'],
])('a task that fails by %s tells why', async (fault, code) => {
  const { id } = await post(`fault=${fault}`);
  expect(await gateway.ended(id)).toMatchObject({ status: 'failed', error: { code } });
  expect(await ledger(id)).toEqual(['hold', 'release']);
});

test.concurrent(
  'a task that Kling forgets is lost after a grace, on the newer wire too',
  async () => {
    const { id } = await post('gone=2 seconds=600', { model: 'kling-3.0' });
    expect(await gateway.ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'provider_lost' },
    });
    expect(await ledger(id)).toEqual(['hold', 'release']);
  },
);

test.concurrent.each([
  [{ duration: 7 }, 'duration', 'Allowed: 5, 10.'],
  [{ resolution: '1080p' }, 'resolution', 'Allowed: 720p.'],
  [{ frame_images: [frame], aspect_ratio: '16:9' }, 'aspect_ratio', 'Allowed: adaptive.'],
  [{ generate_audio: true }, 'generate_audio', 'Allowed: false.'],
  [
    { frame_images: [{ ...frame, image_url: 'asset://a-1' }] },
    'frame_images',
    'names an asset, and this model knows none',
  ],
])('what kling-v1 cannot do is a 400 that names it: %j', async (body, param, text) => {
  const answer = await gateway.call('POST', '/v1/videos', {
    body: { model: 'kling-v1', prompt: 'a cat', duration: 5, ...body },
  });
  expect(answer.status).toBe(400);
  expect(answer.json.error).toMatchObject({ param });
  expect(answer.json.error.message).toContain(text);
});

test.concurrent.each([
  ['kling-3.0-turbo', { generate_audio: false }, 'generate_audio', 'Allowed: true.'],
  ['kling-3.0', { resolution: '8k' }, 'resolution', 'Allowed: 720p, 1080p, 4k.'],
  ['kling-3.0', { duration: 16 }, 'duration', 'Allowed: 3, 4, 5,'],
])('and so is what %s cannot do: %j', async (model, body, param, text) => {
  const answer = await gateway.call('POST', '/v1/videos', {
    body: { model, prompt: 'a cat', ...body },
  });
  expect([answer.status, answer.json.error.param]).toEqual([400, param]);
  expect(answer.json.error.message).toContain(text);
});
