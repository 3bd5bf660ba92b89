import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBetween, type Between } from '../support/between';
import { ready, reelay } from '../support/command';
import type { Command } from '../support/command';
import { until, useTestGateway } from '../support/gateway';

/**
 * Reelay behind Reelay: an outer gateway, a process of its own, has its videos made by an inner one, whose providers are
 * simulated. One create outside is one job inside, also when the outer one dies in between.
 */

const inner = useTestGateway();

const outers: Command[] = [];
let folder = '';
/** Stands before the inner gateway and never passes on what it answers to a POST. */
let lossy: Between;
let outer: { command: Command; api: string; key: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-behind-'));
  chmodSync(folder, 0o711);
  lossy = await startBetween({
    pass: ({ method }) => ({ origin: inner.api, losesAnswer: method === 'POST' }),
  });
  const price = { perJob: '25' };
  const of = (model: string, like: string) => ({
    channels: [{ channel: 'inner', model, ...(model === like ? {} : { like }) }],
    price,
  });
  const onLossy = (like: string) => ({ channel: 'lossy', model: 'seedance-2.0', like });
  const config = {
    channels: {
      inner: {
        provider: 'openai',
        baseUrl: `${inner.api}/v1`,
        credentials: { apiKey: inner.keys.key },
      },
      lossy: {
        provider: 'openai',
        baseUrl: `${lossy.url}/v1`,
        credentials: { apiKey: inner.keys.key },
        resultOrigins: [inner.api],
      },
    },
    models: {
      boat: of('seedance-2.0', 'reelay'),
      ship: of('sora-2', 'sora-2'),
      raft: { ...of('seedance-2.0', 'reelay'), channels: [onLossy('reelay')] },
      wreck: { ...of('seedance-2.0', 'self-hosted'), channels: [onLossy('self-hosted')] },
    },
    waits: {
      sendMs: 10_000,
      unknownGraceMs: 500,
      unknownLookMs: 250,
      unknownMs: 3_000,
      cadence: { firstLookShare: 0, intervalMinMs: 250, intervalMaxMs: 250, intervalShare: 0.1 },
    },
  };
  writeFileSync(join(folder, 'reelay.config.json'), JSON.stringify(config));
  outer = await start();
});

afterAll(async () => {
  for (const { child } of outers) if (child.exitCode === null) child.kill('SIGKILL');
  lossy.close();
  await reelay(['stop', '--data', join(folder, 'data')]).ended;
  rmSync(folder, { recursive: true, force: true });
});

const NAMESPACE = `test-${randomBytes(6).toString('hex')}`;

async function start(): Promise<typeof outer> {
  const command = reelay(['start', '--json', '--port', '0', '--data', join(folder, 'data')], {
    REELAY_CONFIG: join(folder, 'reelay.config.json'),
    TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'] ?? '',
    TEMPORAL_NAMESPACE: NAMESPACE,
  });
  outers.push(command);
  return { command, ...(await ready<{ api: string; key: string }>(command)) };
}

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${outer.api}/v1/videos${path}`, {
    method,
    headers: {
      ...{ authorization: `Bearer ${outer.key}`, connection: 'close' },
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

interface Shown {
  id: string;
  status: string;
  error: { code: string } | null;
}
async function create(body: Record<string, unknown>): Promise<string> {
  const answer = await call('POST', '', body);
  const shown = (await answer.json()) as Shown;
  if (answer.status !== 200) throw new Error(JSON.stringify(shown));
  return shown.id;
}
const shownAs = (id: string, wanted: (shown: Shown) => boolean): Promise<Shown> =>
  until(`another state of ${id}`, async () => {
    const shown = (await (await call('GET', `/${id}`)).json()) as Shown;
    return wanted(shown) ? shown : undefined;
  });
const ended = (id: string): Promise<Shown> =>
  shownAs(id, ({ status }) => status === 'completed' || status === 'failed');

/** The states of the inner jobs of a prompt. */
const innerStates = async (prompt: string): Promise<string[]> => {
  const rows = await inner.sql<{ state: string }>(
    "SELECT state FROM jobs WHERE request->>'prompt' = $1",
    [prompt],
  );
  return rows.map(({ state }) => state);
};

async function expectFile(id: string): Promise<void> {
  const file = await call('GET', `/${id}/content`);
  expect([file.status, file.headers.get('content-type')]).toEqual([200, 'video/mp4']);
  expect(
    Buffer.from(await file.arrayBuffer())
      .subarray(4, 8)
      .toString(),
  ).toBe('ftyp');
}

const FRAME = { frame_type: 'first_frame', image_url: 'https://media.example/a.png' };

test.concurrent.each<[string, Record<string, unknown>]>([
  [
    'in words of its own',
    { model: 'boat', duration: 5, generate_audio: true, return_last_frame: true },
  ],
  ['from a first frame', { model: 'boat', frame_images: [FRAME] }],
  ['as to OpenAI, by a form', { model: 'ship', seconds: 4, size: '1280x720' }],
  ['as to OpenAI, from a picture', { model: 'ship', input_reference: FRAME.image_url }],
])('a video is made inside, once, and served outside: %s', async (name, asked) => {
  const prompt = `a paper boat, ${name} [[sim polls=3 video=shared]]`;
  const id = await create({ prompt, ...asked });
  expect(await ended(id)).toMatchObject({ status: 'completed', error: null });
  expect(await innerStates(prompt)).toEqual(['succeeded']);
  await expectFile(id);
  const frame = await call('GET', `/${id}/content?variant=last_frame`);
  expect(frame.status).toBe('return_last_frame' in asked ? 200 : 404);
});

test.concurrent.each([
  ['policy', 'content_rejected'],
  ['fail', 'provider_error'],
])('the reason of an inner failure is told outside: %s', async (fault, code) => {
  const prompt = `a storm [[sim polls=2 fault=${fault}]]`;
  const id = await create({ model: 'boat', prompt });
  expect(await ended(id)).toMatchObject({ status: 'failed', error: { code } });
  expect(await innerStates(prompt)).toEqual(['failed']);
});

test.concurrent('a cancel outside is one inside', async () => {
  const prompt = 'a boat that stays [[sim queued=600]]';
  const id = await create({ model: 'boat', prompt });
  await until('the inner job', async () => (await innerStates(prompt))[0]);
  expect((await call('DELETE', `/${id}`)).status).toBe(200);
  expect(await ended(id)).toMatchObject({ status: 'failed', error: { code: 'canceled' } });
  expect(await innerStates(prompt)).toEqual(['canceled']);
});

test.concurrent(
  'a create whose answer was lost is found by our own id, and not made again',
  async () => {
    const prompt = 'a raft without news [[sim polls=3 video=shared]]';
    const id = await create({ model: 'raft', prompt });
    expect(await ended(id)).toMatchObject({ status: 'completed' });
    expect(await innerStates(prompt)).toEqual(['succeeded']);
  },
);

test.concurrent('where nothing shows our id it stays in doubt, and is not made again', async () => {
  const prompt = 'a wreck without news [[sim polls=3 video=shared]]';
  const id = await create({ model: 'wreck', prompt, duration: 5, size: '1280x720' });
  expect(await ended(id)).toMatchObject({
    ...{ status: 'failed', error: { code: 'submission_unknown' } },
  });
  expect(await innerStates(prompt)).toHaveLength(1);
});

describe('when the outer gateway is killed', () => {
  test.each(['boat', 'ship'])('and started again, the job of %s goes on', async (model) => {
    const prompt = `${model} in a storm [[sim polls=24 video=shared]]`;
    const id = await create({ model, prompt });
    await shownAs(id, ({ status }) => status === 'in_progress');
    outer.command.child.kill('SIGKILL');
    await outer.command.ended;
    outer = await start();
    expect(await ended(id)).toMatchObject({ status: 'completed' });
    expect(await innerStates(prompt)).toEqual(['succeeded']);
    await expectFile(id);
  });
});
