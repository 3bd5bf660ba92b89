import { simulations } from '../../simulators';
import { KEY_FILE } from '../../simulators/google/service-account';
import { startSimulator } from '../../simulators/server';
import type { Simulator } from '../../simulators/server';
import { startTestGateway, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/**
 * The provider whose results only our credential opens, or stand in its reply: each of its wires once through the whole
 * gateway.
 */

let gateway: TestGateway;
/** Vertex AI for a channel without a bucket, as an operator would write it. */
let vertex: Simulator;

const price = { perJob: '10' };

beforeAll(async () => {
  vertex = await startSimulator({ simulations });
  const on = (channel: string, model: string) => ({ channels: [{ channel, model }], price });
  gateway = await startTestGateway({
    channels: {
      'google-simulated': { provider: 'google', simulated: true },
      vertex: {
        provider: 'google',
        baseUrl: vertex.baseUrlOf('google'),
        credentials: { serviceAccount: KEY_FILE },
        options: { project: 'simulated' },
      },
    },
    models: {
      omni: on('google-simulated', 'gemini-omni-1.1-flash'),
      bucket: on('google-simulated', 'veo-3.1-generate-001'),
      inline: on('vertex', 'veo-3.1-fast-generate-001'),
      retired: on('google-simulated', 'veo-3.1-generate-preview'),
    },
    waits: { sendMs: 5_000, unknownMs: 2_000 },
  });
});

afterAll(async () => {
  await gateway?.close();
  await vertex?.stop();
});

let number = 0;
async function post(model: string, directives: string, body: Record<string, unknown> = {}) {
  const prompt = `google ${(number += 1)} [[sim seconds=1 video=shared ${directives}]]`;
  const shape = { duration: 8, resolution: '720p', aspect_ratio: '16:9' };
  return { prompt, id: await gateway.post({ model, prompt, ...shape, ...body }) };
}

async function counts(prompt: string): Promise<{ seen: number; accepted: number }> {
  const { json } = await gateway.call('GET', `${gateway.simulator?.origin}/_sim/counters`);
  return json.by_prompt[prompt];
}

const attempts = (id: string): Promise<unknown[]> =>
  gateway.sql(
    `SELECT state, sends, operation->>'kind' AS kind FROM attempts WHERE job_id = $1 ORDER BY number`,
    [uuid(id)],
  );

const ledger = async (id: string): Promise<unknown[]> =>
  (await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [uuid(id)])).map(
    ({ kind }) => kind,
  );

async function startOf(id: string): Promise<string> {
  const file = await fetch(`${gateway.api}/v1/videos/${id}/content`, {
    headers: { authorization: `Bearer ${gateway.keys.key}` },
  });
  expect(file.status).toBe(200);
  return Buffer.from(await file.arrayBuffer())
    .subarray(4, 8)
    .toString();
}

const PNG =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const frame = { frame_type: 'first_frame', image_url: PNG };

test.concurrent.each<[model: string, kind: string, body: Record<string, unknown>]>([
  ['omni', 'interaction', {}],
  ['omni', 'interaction', { frame_images: [frame] }],
  ['bucket', 'vertex', {}],
  ['bucket', 'vertex', { frame_images: [frame, { ...frame, frame_type: 'last_frame' }] }],
  ['inline', 'vertex', {}],
  ['retired', 'gemini', {}],
])(
  'a job on %s becomes a playable video, with one submit and one bill',
  async (model, kind, body) => {
    const { id } = await post(model, '', body);
    expect(await gateway.ended(id)).toMatchObject({ status: 'completed', model });
    expect(await startOf(id)).toBe('ftyp');
    expect(await attempts(id)).toEqual([{ state: 'accepted', sends: 1, kind }]);
    expect(await ledger(id)).toEqual(['hold', 'settle']);
  },
);

test.concurrent('the tokens of Omni are told with the job', async () => {
  const { id } = await post('omni', '');
  await gateway.ended(id);
  const [told] = await gateway.sql('SELECT usage FROM jobs WHERE id = $1', [uuid(id)]);
  expect(told?.['usage']).toMatchObject({ tokens: 46_336 });
});

test.concurrent.each(['omni', 'bucket', 'inline'])(
  'what is filtered out of %s ends the job, and its points come back',
  async (model) => {
    const { id } = await post(model, 'fault=policy');
    expect(await gateway.ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'content_rejected' },
    });
    expect(await ledger(id)).toEqual(['hold', 'release']);
  },
);

test.concurrent('a lost answer of Omni is made up for by its callback', async () => {
  const { id, prompt } = await post('omni', 'fault=drop-after-accept');
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  expect(await counts(prompt)).toEqual({ seen: 1, accepted: 1 });
});

test.concurrent('one of Veo by nothing, and the submit is never repeated', async () => {
  const { id, prompt } = await post('bucket', 'fault=drop-after-accept');
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'submission_unknown' },
  });
  expect(await counts(prompt)).toEqual({ seen: 1, accepted: 1 });
  expect(await ledger(id)).toEqual(['hold', 'release']);
});
