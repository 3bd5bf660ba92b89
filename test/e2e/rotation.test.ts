import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulations } from '../../simulators';
import { startSimulator } from '../../simulators/server';
import type { Simulator } from '../../simulators/server';
import { verify } from '../../src/callbacks/verify';
import { launchStore } from '../../src/postgres/launcher';
import type { RunningStore } from '../../src/postgres/launcher';
import { signatureOf } from '../../src/providers/kling/signature';
import { startBetween } from '../support/between';
import type { Between, Passing } from '../support/between';
import { ready, reelay } from '../support/command';
import type { Command } from '../support/command';
import { until } from '../support/gateway';
import { formsOf, historiesOf, leaksOf, rowsOf } from '../support/secret-search';
import type { Place } from '../support/secret-search';

/**
 * Every secret is changed while fifty jobs run, as an operator does it: processes of their own are restarted one after the
 * other, an API and two workers. No job, message or point is lost, and no secret stands anywhere.
 */

const secretKey = (): string => randomBytes(32).toString('base64');
const canary = (): string => `CANARY-${randomBytes(16).toString('hex')}`;
const signing = (): string => `whsec_${secretKey()}`;
/** All secrets of this test by what they are; those that the gateway makes come as they are made. */
const secrets: Record<string, string> = {
  'the first secret key': secretKey(),
  'the second secret key': secretKey(),
  'the first key of a provider': canary(),
  'the second key of a provider': canary(),
  'the first webhook secret of a provider': signing(),
  'the second webhook secret of a provider': signing(),
};
const secret = (name: string): string => secrets[`the ${name}`] ?? '';
const [FIRST, SECOND] = [secret('first secret key'), secret('second secret key')];

const NAMESPACE = `test-${randomBytes(6).toString('hex')}`;
const ENGINE = process.env['REELAY_TEST_ENGINE'] ?? '';
const JOBS = { boat: 40, kite: 10 };
const price = { perJob: '10' };
const WAITS = {
  drainMs: 200,
  cadence: { firstLookShare: 0, intervalMinMs: 1_500, intervalMaxMs: 2_500 },
};

interface Answer {
  id: string;
  status: string;
  video_url: string;
  callback_secret: string;
  secret: string;
  data: { id: string; name: string }[];
  available: string;
  held: string;
  spent: string;
}

let folder = '';
let store: RunningStore;
let simulator: Simulator;
/** The provider's account, which takes the keys of `taken` and is one whichever of them asks. */
let provider: Between;
let balancer: Between;
let receiver: Between;
let taken: string[] = [];
let webhookSecret = secret('first webhook secret of a provider');
let apiOrigin = '';
const refusedCalls: string[] = [];
const hooks: { path: string; status: number }[] = [];
const messages: Passing[] = [];
/** What the API answered, but for the answers whose purpose is to show a secret. */
const answers: Place[] = [];
const commands: Command[] = [];
const running: Record<'api' | 'one' | 'two', Command | undefined> = {
  api: undefined,
  one: undefined,
  two: undefined,
};
let admin = '';
let caller = '';
let workspace = '';
let link = '';
const jobs: { id: string; prompt: string }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-rotation-'));
  chmodSync(folder, 0o711);
  store = await launchStore({ data: folder, say: () => undefined });
  simulator = await startSimulator({ simulations });
  provider = await startBetween({
    pass: ({ path, headers }) => {
      const isTaken = taken.some((key) => headers.authorization === `Bearer ${key}`);
      if (!isTaken) refusedCalls.push(path);
      return isTaken
        ? { origin: simulator.url, headers: { authorization: 'Bearer account' } }
        : 401;
    },
  });
  balancer = await startBetween({
    pass: (passing) => ({ origin: apiOrigin, headers: signedAnew(passing) }),
    answered: ({ path }, status) => {
      if (path.startsWith('/callbacks/kling/')) hooks.push({ path, status });
    },
  });
  receiver = await startBetween({
    pass: (message) => {
      messages.push(message);
      return 200;
    },
  });
});

afterAll(async () => {
  for (const { child } of commands) if (child.exitCode === null) child.kill('SIGKILL');
  for (const between of [provider, balancer, receiver]) between?.close();
  await simulator?.stop();
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the provider's own signature is once its secret has been changed in its console. */
function signedAnew({ path, headers, body }: Passing): Record<string, string> {
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (!path.startsWith('/callbacks/kling/') || !id || !timestamp) return {};
  const message = { id: String(id), timestamp: String(timestamp), body };
  return { 'webhook-signature': signatureOf(message, webhookSecret) };
}

const keyFile = (): string => join(folder, 'provider.key');
function run(args: string[], keys: string, hookSecret: string): Command {
  const path = join(folder, 'reelay.json');
  const apiKey = `\${file:${keyFile()}}`;
  const at = (name: string) => ({
    baseUrl: `${provider.url}/${name}`,
    resultOrigins: [simulator.url],
  });
  const channels = {
    ark: { provider: 'ark', ...at('ark'), credentials: { apiKey } },
    kling: {
      provider: 'kling',
      ...at('kling'),
      credentials: { apiKey, webhookSecret: '${HOOK_SECRET}' },
    },
  };
  const models = {
    boat: { channels: [{ channel: 'ark', model: 'doubao-seedance-2-0-260128' }], price },
    kite: { channels: [{ channel: 'kling', model: 'kling-v2-5-turbo' }], price },
  };
  writeFileSync(path, JSON.stringify({ channels, models, waits: WAITS }));
  const command = reelay([...args, '--data', join(folder, 'data'), '--json'], {
    TEMPORAL_ADDRESS: ENGINE,
    TEMPORAL_NAMESPACE: NAMESPACE,
    DATABASE_URL: store.adminUrl,
    REELAY_SECRET_KEY: keys,
    REELAY_PUBLIC_URL: balancer.url,
    REELAY_CONFIG: path,
    HOOK_SECRET: hookSecret,
  });
  commands.push(command);
  return command;
}

const ARGS = {
  api: ['api', '--port', '0', '--allow-callbacks-to', '127.0.0.1'],
  one: ['worker', '--allow-callbacks-to', '127.0.0.1'],
  two: ['worker', '--allow-callbacks-to', '127.0.0.1'],
};

/** Starts the new one, and when it is ready stops the old one, as a rolling deploy does. */
async function restart(name: keyof typeof running, keys: string): Promise<void> {
  const before = running[name];
  const command = run(ARGS[name], keys, webhookSecret);
  const line = await ready<{ api?: string; admin_key?: string }>(command);
  running[name] = command;
  if (line.api !== undefined) apiOrigin = line.api;
  if (admin === '') admin = line.admin_key ?? '';
  if (!before) return;
  before.child.kill('SIGTERM');
  expect(await before.ended).toBe(0);
}

async function roll(keys: string): Promise<void> {
  for (const name of ['one', 'api', 'two'] as const) await restart(name, keys);
}

interface CallOptions {
  key: string;
  body?: unknown;
  headers?: Record<string, string>;
  isShowing?: boolean;
}

async function call(method: string, path: string, options: CallOptions) {
  const { key, body, headers = {}, isShowing = false } = options;
  const response = await fetch(`${balancer.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!isShowing) answers.push({ where: `the answer to ${method} ${path}`, text });
  // Sound as far as each test knows what it asks.
  return { status: response.status, text, json: JSON.parse(text) as Answer };
}
const ask = (method: string, path: string, body?: unknown, isShowing = false) =>
  call(method, `/v1/admin/${path}`, {
    key: admin,
    body,
    headers: { 'idempotency-key': `${method}:${path}` },
    isShowing,
  });

async function post(model: string, seconds: number): Promise<{ id: string; prompt: string }> {
  const prompt = `${model} ${randomBytes(4).toString('hex')} [[sim seconds=${String(seconds)} video=shared]]`;
  const body = { model, prompt, callback_url: `${receiver.url}/told` };
  const { status, json, text } = await call('POST', '/v1/videos', { key: caller, body });
  if (status !== 200) throw new Error(text);
  const job = { id: json.id, prompt };
  jobs.push(job);
  return job;
}

interface SimulatedJob {
  id: string;
  submits: number;
  submits_accepted: number;
}

async function simulated(prompt: string): Promise<SimulatedJob[]> {
  const response = await fetch(`${simulator.url}/_sim/jobs?contains=${encodeURIComponent(prompt)}`);
  return ((await response.json()) as { jobs: SimulatedJob[] }).jobs;
}

/** Waits until each is at its provider. */
const submitted = (some: typeof jobs) =>
  Promise.all(
    some.map(({ prompt }) =>
      until('the submit', async () => (await simulated(prompt))[0], 120_000),
    ),
  );

async function end(some: typeof jobs): Promise<void> {
  for (const { id } of await submitted(some)) {
    await fetch(`${simulator.url}/_sim/jobs/${id}`, { method: 'POST', body: '{"to":"end"}' });
  }
  for (const { id } of some) {
    const done = await until(
      `the end of ${id}`,
      async () => {
        const { json } = await call('GET', `/v1/videos/${id}`, { key: caller });
        return ['completed', 'failed'].includes(json.status) ? json : undefined;
      },
      120_000,
    );
    expect(done.status).toBe('completed');
  }
}

const linkStatus = async (): Promise<number> => {
  const response = await fetch(link);
  await response.arrayBuffer();
  return response.status;
};
const said = (command: Command | undefined, text: string) =>
  until(text, async () => (command?.err().includes(text) ? true : undefined), 30_000);
const told = () => messages.map(({ body }) => body.toString());

test('fifty jobs run', async () => {
  writeFileSync(keyFile(), secret('first key of a provider'));
  taken = [secret('first key of a provider')];
  for (const name of ['api', 'one', 'two'] as const) await restart(name, FIRST);
  secrets['the first admin key'] = admin;
  const made = await ask('POST', 'workspaces', { name: 'rotating' }, true);
  workspace = made.json.id;
  secrets['the first callback secret'] = made.json.callback_secret;
  const key = await ask('POST', `workspaces/${workspace}/keys`, { name: 'caller' }, true);
  caller = key.json.secret;
  secrets['the first API key'] = caller;
  await ask('POST', `workspaces/${workspace}/top-ups`, { points: '10000' });
  const early = await post('boat', 1);
  await end([early]);
  link = (await call('GET', `/v1/videos/${early.id}`, { key: caller })).json.video_url;
  expect(await linkStatus()).toBe(200);
  await post('kite', 1);
  for (const [model, count] of Object.entries(JOBS)) {
    for (let index = 0; index < count; index += 1) await post(model, 3_000);
  }
  await submitted(jobs);
  await until('a callback of the provider', async () => hooks[0], 60_000);
});

test('the provider’s key is changed in its file, and jobs are looked at with the new one', async () => {
  taken.push(secret('second key of a provider'));
  writeFileSync(keyFile(), secret('second key of a provider'));
  for (const command of Object.values(running)) command?.child.kill('SIGHUP');
  for (const command of Object.values(running)) await said(command, 'the config was read again');
  taken = [secret('second key of a provider')];
  await end(jobs.slice(0, 8));
  // A look that was signed before the config was read again may have been on its way; from here on there is none.
  refusedCalls.length = 0;
});

test('the secret key is first read everywhere, then used, and processes of both kinds do each other’s work', async () => {
  await roll(`${FIRST},${SECOND}`);
  await restart('one', `${SECOND},${FIRST}`);
  await restart('api', `${SECOND},${FIRST}`);
  // Sealed with the new key, and read by a worker that still seals with the old one.
  const made = await ask(
    'POST',
    `workspaces/${workspace}/callback-secrets`,
    { grace_seconds: 3_600 },
    true,
  );
  secrets['the second callback secret'] = made.json.secret;
  expect(await linkStatus()).toBe(200);
  await end(jobs.slice(8, 20));
  await restart('two', `${SECOND},${FIRST}`);
  expect(await linkStatus()).toBe(200);
});

test('a process without the old key is refused until the rows are sealed anew, and not after that', async () => {
  const refused = run(ARGS.one, SECOND, webhookSecret);
  expect(await refused.ended).toBe(1);
  expect(refused.err()).toMatch(/rows still need the one before.*reelay secrets reseal/);
  for (const resealed of [expect.any(Number), 0]) {
    const command = run(['secrets', 'reseal'], `${SECOND},${FIRST}`, webhookSecret);
    expect(await command.ended).toBe(0);
    const report: unknown = JSON.parse(command.out());
    expect(report).toMatchObject({ resealed, unreadable: 0, older_keys: 1 });
  }
  // An answer that was sealed under the old key is given again.
  const again = await ask('POST', `workspaces/${workspace}/keys`, { name: 'caller' }, true);
  expect(again.json.secret).toBe(caller);
});

test('the provider’s webhook secret is changed with the last restarts, and then the old key is gone', async () => {
  webhookSecret = secret('second webhook secret of a provider');
  await roll(SECOND);
  expect(await linkStatus()).toBe(403);
  const late = run(ARGS.one, FIRST, webhookSecret);
  expect(await late.ended).toBe(1);
  expect(late.err()).toContain('the secret key is not the one that this database was sealed under');
  const before = hooks.length;
  await end([await post('kite', 1)]);
  await until('a callback that was believed', async () => hooks[before], 60_000);
  expect(hooks.slice(before).map(({ status }) => status)).toEqual(
    hooks.slice(before).map(() => 200),
  );
});

test('a callback of the provider with the secret before is believed no more', async () => {
  const path = hooks[1]?.path ?? '';
  const hook = async (signedWith: string): Promise<number> => {
    const [id, timestamp, body] = ['one', String(Math.floor(Date.now() / 1_000)), '{}'];
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatureOf({ id, timestamp, body }, signedWith),
    };
    return (await fetch(`${apiOrigin}${path}`, { method: 'POST', headers, body })).status;
  };
  expect(await hook(secret('first webhook secret of a provider'))).toBe(404);
  expect(await hook(secret('second webhook secret of a provider'))).toBe(200);
});

test('the keys of the caller and of the operator are changed at once', async () => {
  const { json: keys } = await ask('GET', `workspaces/${workspace}/keys`);
  const path = `keys/${keys.data[0]?.id ?? ''}/rotate`;
  const old = caller;
  caller = (await ask('POST', path, { grace_seconds: 0 }, true)).json.secret;
  secrets['the second API key'] = caller;
  await until('the old key to be refused', async () =>
    (await call('GET', '/v1/videos/none', { key: old })).status === 401 ? true : undefined,
  );
  const { json: all } = await ask('GET', 'workspaces');
  const first = all.data.at(-1)?.id ?? '';
  const { json: operators } = await ask('GET', `workspaces/${first}/keys`);
  for (const { id, name } of operators.data.filter((one) => /admin/.test(one.name))) {
    expect(name).toMatch(/admin/);
    const { json } = await ask('POST', `keys/${id}/rotate`, { grace_seconds: 0 }, true);
    admin = json.secret;
  }
  secrets['the second admin key'] = admin;
  expect(admin).not.toBe(secret('first admin key'));
  await until('the old admin key to be refused', async () =>
    (await call('GET', '/v1/admin/workspaces', { key: secret('first admin key') })).status === 401
      ? true
      : undefined,
  );
});

test('all have succeeded, each with one submit, one bill and one message that its receiver believes', async () => {
  await end(jobs.slice(20));
  expect(jobs).toHaveLength(53);
  expect(refusedCalls).toEqual([]);
  for (const { prompt } of jobs) {
    expect(await simulated(prompt)).toMatchObject([{ submits: 1, submits_accepted: 1 }]);
  }
  const { json: balance } = await ask('GET', `workspaces/${workspace}/balance`);
  expect(balance).toMatchObject({ available: '9470', held: '0', spent: '530' });
  await until(
    'every message',
    async () => (told().length >= jobs.length ? true : undefined),
    60_000,
  );
  for (const { id } of jobs) {
    expect(told().filter((body) => body.includes(id))).toHaveLength(1);
  }
  const callbackSecrets = [secret('first callback secret'), secret('second callback secret')];
  const judged = messages.map((message) =>
    verify({
      ...message,
      secrets: callbackSecrets,
      nowSeconds: Date.now() / 1_000,
      toleranceSeconds: 900,
    }),
  );
  expect(judged.filter(({ ok }) => !ok)).toEqual([]);
  // The last ones need no more than the new secret.
  const last = messages.at(-1);
  const scope = { secrets: secret('second callback secret'), nowSeconds: Date.now() / 1_000 };
  expect(last && verify({ ...last, ...scope }).ok).toBe(true);
});

test('no secret stands in a row, a history, a log line or an answer, in any form', async () => {
  const logged = commands.map(({ err }, index) => ({ where: `log ${String(index)}`, text: err() }));
  const rows = await rowsOf(store.adminUrl);
  const histories = await historiesOf(ENGINE, NAMESPACE);
  const bodies = messages.map((message) => ({ where: 'a message', text: JSON.stringify(message) }));
  // The search finds what is there.
  const marker = jobs[5]?.prompt.split(' ')[1] ?? '';
  expect(rows.some(({ text }) => text.includes(marker))).toBe(true);
  expect(histories.length).toBeGreaterThanOrEqual(jobs.length);
  expect(logged.some(({ text }) => text.includes('the config was read again'))).toBe(true);
  expect(answers.some(({ text }) => text.includes(workspace))).toBe(true);
  const key = secret('first callback secret');
  for (const form of formsOf(key)) {
    expect(leaksOf({ key }, [{ where: 'here', text: `x${form}x` }])).toEqual(['key in here']);
  }
  expect(Object.values(secrets).filter((value) => value.length < 20)).toEqual([]);
  expect(leaksOf(secrets, [...rows, ...histories, ...logged, ...answers, ...bodies])).toEqual([]);
});
