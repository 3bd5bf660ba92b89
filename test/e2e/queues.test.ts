import { startTestGateway, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/**
 * The two providers that stand in front of others' models, once through the whole gateway: one whose results stand in another
 * reply than that they are over and whose callbacks are signed with a published key, and one that shares a secret.
 */

let gateway: TestGateway;

const price = { perJob: '10' };

beforeAll(async () => {
  const on = (channel: string, model: string) => ({ channels: [{ channel, model }], price });
  gateway = await startTestGateway({
    channels: {
      'fal-simulated': { provider: 'fal', simulated: true },
      'fal-without-keys': {
        provider: 'fal',
        simulated: true,
        options: { jwksUrl: 'http://127.0.0.1:9/jwks.json' },
      },
      'replicate-simulated': {
        provider: 'replicate',
        simulated: true,
        options: { cancelAfter: '30m' },
      },
    },
    models: {
      fal: on('fal-simulated', 'fal-ai/veo3.1'),
      deep: on('fal-simulated', 'fal-ai/kling-video/v3'),
      unsigned: on('fal-without-keys', 'fal-ai/veo3.1'),
      replicate: on('replicate-simulated', 'google/veo-3.1'),
    },
    waits: { sendMs: 5_000, unknownMs: 2_000 },
  });
});
afterAll(() => gateway?.close());

let number = 0;
async function post(model: string, directives: string, body: Record<string, unknown> = {}) {
  const prompt = `queue ${String((number += 1))} [[sim seconds=1 video=shared ${directives}]]`;
  const shape = { duration: 8, resolution: '720p', aspect_ratio: '16:9' };
  return { prompt, id: await gateway.post({ model, prompt, ...shape, ...body }) };
}

async function counts(prompt: string): Promise<{ seen: number; accepted: number }> {
  const { json } = await gateway.call('GET', `${gateway.simulator?.origin}/_sim/counters`);
  return json.by_prompt[prompt];
}

const attempts = (id: string): Promise<unknown[]> =>
  gateway.sql('SELECT state, sends FROM attempts WHERE job_id = $1 ORDER BY number', [uuid(id)]);

const ledger = async (id: string): Promise<unknown[]> =>
  (await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [uuid(id)])).map(
    ({ kind }) => kind,
  );

async function startOf(id: string): Promise<string> {
  const file = await fetch(`${gateway.api}/v1/videos/${id}/content`, {
    headers: { authorization: `Bearer ${gateway.keys.key}` },
  });
  const bytes = Buffer.from(await file.arrayBuffer());
  return bytes.subarray(4, 8).toString();
}

const PNG =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const frame = { frame_type: 'first_frame', image_url: PNG };

test.concurrent.each<[model: string, body: Record<string, unknown>]>([
  ['fal', {}],
  ['fal', { frame_images: [frame, { ...frame, frame_type: 'last_frame' }] }],
  ['deep', {}],
  ['unsigned', {}],
  ['replicate', {}],
  ['replicate', { frame_images: [frame] }],
])('a job on %s becomes a playable video, with one submit and one bill', async (model, body) => {
  const { id, prompt } = await post(model, '', body);
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed', model });
  expect(await startOf(id)).toBe('ftyp');
  expect(await attempts(id)).toEqual([{ state: 'accepted', sends: 1 }]);
  expect(await ledger(id)).toEqual(['hold', 'settle']);
  expect(await counts(prompt)).toEqual({ seen: 1, accepted: 1 });
});

test.concurrent('the units of fal and the seconds of Replicate are told with the job', async () => {
  const told = async (model: string): Promise<unknown> => {
    const { id } = await post(model, '');
    await gateway.ended(id);
    const [job] = await gateway.sql('SELECT usage FROM jobs WHERE id = $1', [uuid(id)]);
    return job?.['usage'];
  };
  expect(await told('fal')).toMatchObject({ units: '8' });
  expect(await told('replicate')).toMatchObject({ seconds: 8 });
});

test.concurrent.each(['fal', 'deep', 'replicate'])(
  'what is rejected at %s ends the job with that reason, and its points come back',
  async (model) => {
    const { id } = await post(model, 'fault=policy');
    expect(await gateway.ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'content_rejected' },
    });
    expect(await ledger(id)).toEqual(['hold', 'release']);
  },
);

test.concurrent.each(['fal', 'deep', 'replicate'])(
  'a lost answer of %s is made up for by its signed callback, and the submit is not repeated',
  async (model) => {
    const { id, prompt } = await post(model, 'fault=drop-after-accept');
    expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
    expect(await counts(prompt)).toEqual({ seen: 1, accepted: 1 });
    expect(await ledger(id)).toEqual(['hold', 'settle']);
  },
);

test.concurrent('without the published keys no callback is believed', async () => {
  const { id, prompt } = await post('unsigned', 'fault=drop-after-accept');
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'submission_unknown' },
  });
  expect(await counts(prompt)).toEqual({ seen: 1, accepted: 1 });
  expect(await ledger(id)).toEqual(['hold', 'release']);
});
