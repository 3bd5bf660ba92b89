import { simulations } from '../../simulators';
import { startSimulator, type Simulator } from '../../simulators/server';
import { entryOf, PROXY_KEY } from '../../bench/peer/proxy';
import { startTestGateway, uuid, type TestGateway } from '../support/gateway';
import { INPUT_FILES } from '../support/input-files';
import { INSTALL_MS, startLitellm, type Litellm } from '../support/litellm';

/**
 * LiteLLM's own proxy as a provider of ours, as it is shipped, before a server of the same wire: what its own clients may
 * expect of it holds of ours too, and one create is at most one video at the server, though it repeats by itself what fails.
 */

const SORA = { duration: 4, resolution: '720p', aspect_ratio: '16:9' };
const WAITS = { sendMs: 8_000, unknownMs: 2_000, busyRetryMaxMs: 500, goneGraceMs: 500 };

let server: Simulator;
let litellm: Litellm;
let gateway: TestGateway;

beforeAll(async () => {
  server = await startSimulator({ simulations });
  const at = { url: server.baseUrlOf('openai'), key: 'simulated' };
  litellm = await startLitellm([
    entryOf({ ...at, name: 'sora-2', model: 'sora-2' }),
    entryOf({ ...at, name: 'house-video', model: 'self-hosted' }),
    entryOf({ ...at, name: 'sora-nowhere', model: 'sora-2', url: `${server.url}/nowhere` }),
  ]);
  const channel = (apiKey: string) =>
    ({ provider: 'openai', baseUrl: litellm.url, credentials: { apiKey } }) as const;
  const on = (name: string, model: string, like: string) => ({
    channels: [{ channel: name, model, ...(model === like ? {} : { like }) }],
    price: { perVideo: '25' },
  });
  gateway = await startTestGateway({
    channels: { litellm: channel(PROXY_KEY), stranger: channel('sk-of-somebody-else') },
    models: {
      boat: on('litellm', 'sora-2', 'sora-2'),
      house: on('litellm', 'house-video', 'self-hosted'),
      nobody: on('litellm', 'sora-9', 'sora-2'),
      nowhere: on('litellm', 'sora-nowhere', 'sora-2'),
      stranger: on('stranger', 'sora-2', 'sora-2'),
    },
    money: { pointsPer: { USD: '100' } },
    waits: WAITS,
  });
}, INSTALL_MS);

afterAll(async () => {
  await gateway?.close();
  await litellm?.close();
  await server?.stop();
});

interface SimulatedJob {
  id: string;
  prompt: string;
  state: string;
  gets: number;
}
async function control<Answer>(path: string): Promise<Answer> {
  // Sound because the simulator is ours.
  return (await (await fetch(`${server.url}/_sim/${path}`)).json()) as Answer;
}
/** What the server behind LiteLLM saw of a prompt. */
async function submitsOf(prompt: string): Promise<{ seen: number; accepted: number }> {
  const { by_prompt: all } = await control<{
    by_prompt: Record<string, { seen: number; accepted: number }>;
  }>('counters');
  const { seen = 0, accepted = 0 } = all[prompt] ?? {};
  return { seen, accepted };
}
async function jobOf(prompt: string): Promise<SimulatedJob | undefined> {
  const { jobs } = await control<{ jobs: SimulatedJob[] }>('jobs');
  return jobs.find((job) => job.prompt === prompt);
}

/** What an operator is shown of the job's attempts. */
async function attemptsOf(id: string): Promise<{ state: string; cost: unknown }[]> {
  const { json } = await gateway.call('GET', `/v1/admin/jobs/${id}`, {
    key: gateway.keys.admin_key,
  });
  return json.attempts;
}
const ledgerOf = async (id: string): Promise<unknown[]> => {
  const rows = await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [
    uuid(id),
  ]);
  return rows.map(({ kind }) => kind);
};

async function expectServersFile(id: string, prompt: string): Promise<void> {
  const file = await fetch(`${gateway.api}/v1/videos/${id}/content`, {
    headers: { authorization: `Bearer ${gateway.keys.key}` },
  });
  const made = await fetch(
    `${server.baseUrlOf('openai')}/videos/${(await jobOf(prompt))?.id}/content`,
    { headers: { authorization: 'Bearer simulated' } },
  );
  expect([file.status, made.status]).toEqual([200, 200]);
  const bytes = Buffer.from(await file.arrayBuffer());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  expect(bytes.equals(Buffer.from(await made.arrayBuffer()))).toBe(true);
}

const TOLD = { amount: '0.4', currency: 'USD', points: '40', told_by: 'money' };
const PNG = [...INPUT_FILES.values()].find(({ mime }) => mime === 'image/png');

test.concurrent.each<[string, Record<string, unknown>, unknown]>([
  ['of a text', { model: 'boat', ...SORA }, TOLD],
  [
    'of a picture by its link',
    { model: 'boat', ...SORA, input_reference: 'https://media.example/a.png' },
    TOLD,
  ],
  [
    'of a picture as a file',
    {
      ...{ model: 'boat', ...SORA },
      input_reference: `data:image/png;base64,${Buffer.from(PNG?.bytes ?? []).toString('base64')}`,
    },
    TOLD,
  ],
  // LiteLLM knows no price of it, so that the cost is all that was applied.
  [
    'of a model by another name',
    { model: 'house', duration: 4, resolution: '480p', seed: 7 },
    null,
  ],
])('a video is made through it: %s', async (name, asked, cost) => {
  const prompt = `a boat, ${name} [[sim polls=3 video=shared]]`;
  const id = await gateway.create({ prompt, aspect_ratio: '16:9', ...asked });
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed', error: null });
  await expectServersFile(id, prompt);
  expect(await submitsOf(prompt)).toEqual({ seen: 1, accepted: 1 });
  expect(await attemptsOf(id)).toMatchObject([{ state: 'accepted', cost }]);
  expect(await ledgerOf(id)).toEqual(['hold', 'settle']);
});

interface End {
  code: string | undefined;
  seen: number;
  accepted: number;
}
const MADE: Pick<End, 'code' | 'accepted'> = { code: undefined, accepted: 1 };
const LOST: Pick<End, 'code' | 'seen'> = { code: 'submission_unknown', seen: 1 };

test.concurrent.each<[string, string, End]>([
  ['fails', 'polls=2 fault=fail', { code: 'provider_error', seen: 1, accepted: 1 }],
  [
    'is rejected when made',
    'polls=2 fault=policy',
    { code: 'content_rejected', seen: 1, accepted: 1 },
  ],
  ['is refused for its prompt', 'nonsense=1', { code: 'invalid_input', seen: 0, accepted: 0 }],
  ['meets a busy server', 'fault=429 polls=2', { ...MADE, seen: 2 }],
  ['meets a busy look', 'fault=429 on=poll count=3 polls=5', { ...MADE, seen: 1 }],
  ['meets a broken look', 'fault=5xx on=poll count=3 polls=5', { ...MADE, seen: 1 }],
  ['meets a broken server', 'fault=5xx', { ...LOST, accepted: 0 }],
  ['meets a page of a proxy', 'fault=html', { ...LOST, accepted: 0 }],
  ['is dropped before the server takes it', 'fault=drop-before-accept', { ...LOST, accepted: 0 }],
  ['is taken and the answer lost', 'fault=drop-after-accept polls=2', { ...LOST, accepted: 1 }],
  ['is taken with an answer of nothing', 'fault=empty polls=2', { ...LOST, accepted: 1 }],
  ['is taken with half an answer', 'fault=truncated polls=2', { ...LOST, accepted: 1 }],
  ['is taken with odd values', 'fault=wrong-types polls=2', { ...LOST, accepted: 1 }],
  ['is taken and never answered', 'fault=hang polls=2', { ...LOST, accepted: 1 }],
  ['is forgotten by the server', 'polls=9 gone=2', { code: 'provider_lost', seen: 1, accepted: 1 }],
])('a video that %s ends as the server says, and is made once', async (name, told, end) => {
  const prompt = `a boat that ${name} [[sim ${told}${told.includes('=') ? ' video=shared' : ''}]]`;
  const id = await gateway.create({ model: 'boat', prompt, ...SORA });
  const { code, seen, accepted } = end;
  const { status, error } = (await gateway.ended(id)) as {
    status: string;
    error: { code: string } | null;
  };
  // Its own words say which answer of LiteLLM was read in another way.
  const attempts = error?.code === code ? '' : JSON.stringify(await attemptsOf(id));
  expect({ status, code: error?.code, attempts }).toEqual({
    status: code === undefined ? 'completed' : 'failed',
    code,
    attempts: '',
  });
  expect(await submitsOf(prompt)).toEqual({ seen, accepted });
  expect(await ledgerOf(id)).toEqual(['hold', code === undefined ? 'settle' : 'release']);
});

test.concurrent.each([
  ['nobody', 'has no such model'],
  ['stranger', 'does not know our key'],
])('a proxy that %s refuses, and its account is to blame: it %s', async (model) => {
  const prompt = `a boat for ${model} [[sim video=shared]]`;
  const id = await gateway.create({ model, prompt, ...SORA });
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'provider_denied' },
  });
  expect(await submitsOf(prompt)).toEqual({ seen: 0, accepted: 0 });
});

test.concurrent(
  'a running video cannot be canceled, which is said at once, and it ends as it would',
  async () => {
    const prompt = 'a boat that sails on [[sim polls=12 video=shared]]';
    const id = await gateway.create({ model: 'boat', prompt, ...SORA });
    await gateway.waitFor(id, 'a look', async () =>
      ((await jobOf(prompt))?.gets ?? 0) > 0 ? true : undefined,
    );
    expect((await gateway.call('DELETE', `/v1/videos/${id}`)).status).toBe(409);
    expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  },
);

test('LiteLLM killed between the server\u2019s yes and its own: one video at the server, and none that is paid for', async () => {
  const prompt = 'a boat that nobody hears of [[sim fault=hang polls=2 video=shared]]';
  const id = await gateway.create({ model: 'boat', prompt, ...SORA });
  await gateway.waitFor(id, 'the server to take it', async () =>
    (await submitsOf(prompt)).accepted === 1 ? true : undefined,
  );
  await litellm.kill();
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'submission_unknown' },
  });
  await litellm.start();
  expect(await submitsOf(prompt)).toEqual({ seen: 1, accepted: 1 });
  expect(await attemptsOf(id)).toMatchObject([{ state: 'unknown' }]);
  expect(await ledgerOf(id)).toEqual(['hold', 'release']);
});

test('LiteLLM killed while a video is made: it comes back, knows it by the id that we hold, and it ends', async () => {
  const prompt = 'a boat that is waited for [[sim polls=9 video=shared]]';
  const id = await gateway.create({ model: 'boat', prompt, ...SORA });
  await gateway.waitFor(id, 'a look', async () =>
    ((await jobOf(prompt))?.gets ?? 0) > 0 ? true : undefined,
  );
  await litellm.kill();
  await litellm.start();
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  await expectServersFile(id, prompt);
  expect(await submitsOf(prompt)).toEqual({ seen: 1, accepted: 1 });
});
