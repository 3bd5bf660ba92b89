import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchStore, type RunningStore } from '../../src/postgres/launcher';
import { simulations } from '../../simulators';
import { startSimulator } from '../../simulators/server';
import { ready, reelay, type Command } from '../support/command';
import { until } from '../support/gateway';
import { sharedEnvironment } from '../support/shared-environment';
import { sendStalled, type StalledRequest } from '../support/stalled';

/**
 * SIGTERM while an API and a worker are busy, as a deploy sends it: whoever is being answered is answered whole, streams
 * end so that their readers come back, newcomers are served until the balancer has heard, and no job is lost or doubled.
 */

const JOBS = 20;
const HELD = 25;
const HALF_SENT = 25;
const DRAIN_MS = 15_000;
const PRICE = 25;

interface Ready {
  api: string;
  key: string;
}

/** A whole answer; status 0 where the connection broke. */
interface Whole {
  status: number;
  text: string;
}

let folder = '';
let store: RunningStore;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
let environment: ReturnType<typeof sharedEnvironment>;
const commands: Command[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-stop-load-'));
  chmodSync(folder, 0o711);
  store = await launchStore({ data: folder, say: () => undefined });
  simulator = await startSimulator({ simulations });
  environment = sharedEnvironment(store.adminUrl, simulator.url);
  const cadence = { firstLookShare: 0, intervalMinMs: 250, intervalMaxMs: 500, intervalShare: 0.1 };
  const config = {
    channels: { ark: { provider: 'ark', simulated: true } },
    models: {
      boat: {
        channels: [{ channel: 'ark', model: 'doubao-seedance-2-0-260128' }],
        price: { perJob: String(PRICE) },
      },
    },
    waits: { cadence, drainMs: DRAIN_MS },
  };
  writeFileSync(join(folder, 'reelay.config.json'), JSON.stringify(config));
});

afterAll(async () => {
  for (const { child } of commands) if (child.exitCode === null) child.kill('SIGKILL');
  await simulator?.stop();
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]): Command {
  const command = reelay([...args, '--data', join(folder, 'data'), '--json'], {
    ...environment,
    REELAY_PUBLIC_URL: 'http://127.0.0.1:9',
    REELAY_CONFIG: join(folder, 'reelay.config.json'),
  });
  commands.push(command);
  return command;
}

async function startBoth(): Promise<Ready & { all: readonly Command[] }> {
  const api = run('api', '--port', '0');
  const at = await ready<Ready>(api);
  const worker = run('worker');
  await ready(worker);
  return { ...at, all: [api, worker] };
}

interface CallOptions {
  body?: string;
  headers?: Record<string, string>;
  /** Hears of the answer as it comes. */
  onText?: (text: string) => void;
}

/** Calls on a connection of its own, so that a new one is opened each time. */
function call(
  { api, key }: Ready,
  path: string,
  { body, headers = {}, onText }: CallOptions = {},
): Promise<Whole> {
  return new Promise((resolve) => {
    let text = '';
    const sent = request(`${api}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      agent: new Agent(),
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    });
    sent.once('error', ({ message }) => resolve({ status: 0, text: message }));
    sent.once('response', (response) => {
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        onText?.(text);
      });
      response.once('error', ({ message }) => resolve({ status: 0, text: `${text} ${message}` }));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.end(body);
  });
}

const bodyOf = (name: string, seconds: number): string =>
  JSON.stringify({ model: 'boat', prompt: `${name} [[sim seconds=${seconds} video=shared]]` });

const idOf = ({ status, text }: Whole): string => {
  if (status !== 200) throw new Error(`${String(status)} ${text}`);
  return (JSON.parse(text) as { id: string }).id;
};

/** Sends half of a create, whose other half comes when the process is already stopping. */
function sendHalf({ api, key }: Ready, body: string): { stalled: StalledRequest; rest: string } {
  const half = Math.floor(body.length / 2);
  const stalled = sendStalled(api, '/v1/videos', {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    declared: body.length,
    body: Buffer.from(body.slice(0, half)),
  });
  return { stalled, rest: body.slice(half) };
}

/** Opens connections one after the other until one is refused, and returns what each was answered and when it began. */
async function newcomers(at: Ready): Promise<(Whole & { beganAt: number })[]> {
  const answers: (Whole & { beganAt: number })[] = [];
  for (;;) {
    const beganAt = performance.now();
    const answer = await call(at, '/v1/videos/models');
    if (answer.text.includes('ECONNREFUSED')) return answers;
    answers.push({ ...answer, beganAt });
  }
}

const wholeOf = (stalled: StalledRequest): Whole => {
  const text = stalled.text();
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
    text: text.slice(text.indexOf('\r\n\r\n') + 4),
  };
};

interface Counters {
  by_prompt: Record<string, { seen: number; accepted: number }>;
}

test('SIGTERM under load resets no connection, loses no job and submits none twice', async () => {
  const first = await startBoth();
  const streamed = await Promise.all(
    Array.from({ length: JOBS }, (_, index) =>
      call(first, '/v1/videos', { body: bodyOf(`streamed ${index}`, 12) }).then(idOf),
    ),
  );
  const opened = new Set<string>();
  const streams = streamed.map((id) =>
    call(first, `/v1/videos/${id}/events`, { onText: () => opened.add(id) }),
  );
  const held = Array.from({ length: HELD }, (_, index) =>
    call(first, '/v1/videos', {
      body: bodyOf(`held ${index}`, 12),
      headers: { prefer: 'wait=120' },
    }),
  );
  const halves = Array.from({ length: HALF_SENT }, (_, index) =>
    sendHalf(first, bodyOf(`half ${index}`, 2)),
  );
  await until('the provider to have what was created, and streams to be open', async () => {
    const answer = await fetch(`${simulator.url}/_sim/counters`);
    const { by_prompt: prompts } = (await answer.json()) as Counters;
    const isThere = Object.keys(prompts).length === JOBS + HELD && opened.size === JOBS;
    return isThere ? true : undefined;
  });

  const coming = newcomers(first);
  const askedAt = performance.now();
  for (const { child } of first.all) child.kill('SIGTERM');
  await until('the API to say that it stops', async () => {
    const { status } = await call(first, '/readyz');
    return status === 503 ? true : undefined;
  });
  for (const { stalled, rest } of halves) stalled.socket.write(rest);
  await Promise.all(halves.map(({ stalled }) => stalled.status()));

  // Every request that was under way has a whole answer.
  const answered = await Promise.all(held);
  const ids = [
    ...streamed,
    ...answered.map(idOf),
    ...halves.map(({ stalled }) => idOf(wholeOf(stalled))),
  ];
  expect(new Set(ids).size).toBe(JOBS + HELD + HALF_SENT);
  for (const stream of await Promise.all(streams)) {
    expect(stream).toMatchObject({ status: 200, text: expect.stringMatching(/^retry: \d+\n\n/) });
    // It ended between two events, not in one.
    expect(stream.text.endsWith('\n\n')).toBe(true);
  }
  const came = await coming;
  const promised = came.filter(({ beganAt }) => beganAt < askedAt + DRAIN_MS);
  expect(promised.filter(({ beganAt }) => beganAt > askedAt).length).toBeGreaterThan(0);
  expect(promised.filter(({ status }) => status !== 200)).toEqual([]);
  expect(await Promise.all(first.all.map(({ ended }) => ended))).toEqual([0, 0]);

  const second = await startBoth();
  const ends = await Promise.all(
    ids.map((id) =>
      until(`the end of ${id}`, async () => {
        const { text } = await call(second, `/v1/videos/${id}`);
        const { status } = JSON.parse(text) as { status: string };
        return status === 'completed' || status === 'failed' ? status : undefined;
      }),
    ),
  );
  expect(new Set(ends)).toEqual(new Set(['completed']));
  const { by_prompt: prompts } = (await (
    await fetch(`${simulator.url}/_sim/counters`)
  ).json()) as Counters;
  expect(Object.keys(prompts)).toHaveLength(ids.length);
  for (const counted of Object.values(prompts)) expect(counted).toEqual({ seen: 1, accepted: 1 });
  // Each was settled once: 25 points a job, and nothing is held any more.
  const balance = JSON.parse((await call(second, '/v1/balance')).text) as Record<string, unknown>;
  expect(balance).toMatchObject({ held: '0', spent: String(PRICE * ids.length) });
  for (const { child } of second.all) child.kill('SIGTERM');
  expect(await Promise.all(second.all.map(({ ended }) => ended))).toEqual([0, 0]);
});
