import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchStore } from '../../src/postgres/launcher';
import type { RunningStore } from '../../src/postgres/launcher';
import { ready, reelay } from '../support/command';
import type { Command } from '../support/command';
import { until } from '../support/gateway';
import { sharedEnvironment } from '../support/shared-environment';
import { PROVIDERS } from '../support/written-config';
import { simulations } from '../../simulators';
import { startSimulator } from '../../simulators/server';

/**
 * A config is read again while jobs run, by a signal or by the admin API. Three real processes: an API and worker A share
 * a file, and worker B has one of its own, as a machine has to which the new one comes later.
 */

const MODEL = { model: 'doubao-seedance-2-0-260128' };
const sim = { provider: 'ark', simulated: true };
const model = (channel: string, perJob: string) => ({
  channels: [{ channel, ...MODEL }],
  price: { perJob },
});
const FIRST = { channels: { one: sim }, models: { boat: model('one', '25') } };
const SECOND = {
  channels: { one: sim, two: sim },
  models: { boat: model('one', '99'), ship: model('two', '7') },
};
/** Looks are frequent, and a worker asks for the told version less often than jobs come. */
const WAITS = {
  cadence: { intervalMinMs: 200, intervalMaxMs: 300 },
  configLookMs: 600,
};

interface Ready {
  api: string;
  key: string;
  admin_key: string;
}

/** What the answers have that is looked at. */
interface Answer {
  id: string;
  version: string;
  state: string;
  channel: string;
  finished_at: number | null;
  is_current: boolean;
  data: { id: string }[];
  error: { message: string };
}

let folder = '';
let store: RunningStore;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
let api: Command;
let workerA: Command;
let workerB: Command;
let at: Ready;
let environment: ReturnType<typeof sharedEnvironment>;
const commands: Command[] = [];
const shared = (): string => join(folder, 'shared.json');
const own = (): string => join(folder, 'own.json');
const write = (path: string, config: object | string): void =>
  writeFileSync(
    path,
    typeof config === 'string' ? config : JSON.stringify({ ...config, waits: WAITS }),
  );

function run(args: string[], path: string): Command {
  const command = reelay([...args, '--data', join(folder, 'data'), '--json'], {
    ...environment,
    REELAY_PUBLIC_URL: 'http://127.0.0.1:9',
    REELAY_CONFIG: path,
  });
  commands.push(command);
  return command;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-reload-'));
  chmodSync(folder, 0o711);
  store = await launchStore({ data: folder, say: () => undefined });
  simulator = await startSimulator({ simulations });
  environment = sharedEnvironment(store.adminUrl, simulator.url);
  write(shared(), FIRST);
  write(own(), FIRST);
  api = run(['api', '--port', '0'], shared());
  at = await ready<Ready>(api);
  workerA = run(['worker'], shared());
  workerB = run(['worker'], own());
  await Promise.all([ready(workerA), ready(workerB)]);
});

afterAll(async () => {
  for (const { child } of commands) if (child.exitCode === null) child.kill('SIGKILL');
  await simulator?.stop();
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: unknown, key = at.key) {
  const response = await fetch(`${at.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Answer };
}

const post = async (name: string, seconds = 1): Promise<string> => {
  const prompt = `a boat [[sim seconds=${seconds} video=shared]]`;
  const { status, json } = await call('POST', '/v1/videos', { model: name, prompt });
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json.id;
};
const jobOf = async (id: string) =>
  (await call('GET', `/v1/admin/jobs/${id}`, undefined, at.admin_key)).json;
const ended = (id: string) =>
  until(
    'the end of a job',
    async () => {
      const job = await jobOf(id);
      return job.finished_at === null ? undefined : job;
    },
    60_000,
  );
const configOf = async () => (await call('GET', '/v1/admin/config', undefined, at.admin_key)).json;
const offered = async (): Promise<string[]> =>
  (await call('GET', '/v1/models')).json.data.map(({ id }) => id);
const told = (command: Command, text: string): Promise<true> =>
  until(
    `the line "${text}"`,
    async () => (command.err().includes(text) ? true : undefined),
    30_000,
  );

test('SIGHUP reads the file again: new models are offered, and jobs keep the price that they were made at', async () => {
  const before = await configOf();
  expect(before).toMatchObject({ is_current: true, told: { version: before.version } });
  const old = await post('boat', 4);
  write(shared(), SECOND);
  api.child.kill('SIGHUP');
  await told(api, 'the config was read again');
  const now = await configOf();
  expect(now.is_current).toBe(true);
  expect(now.version).not.toBe(before.version);
  expect(await offered()).toEqual(expect.arrayContaining(['boat', 'ship']));
  const newer = await post('boat');
  expect(await ended(old)).toMatchObject({ state: 'succeeded', price: '25', charged: '25' });
  expect(await ended(newer)).toMatchObject({ state: 'succeeded', price: '99', charged: '99' });
});

test('another process that has the new file hears of it, and one that lacks it hands jobs on that it cannot make', async () => {
  await told(workerA, 'the config was read again');
  await told(workerB, 'another process reads another config');
  const ids = await Promise.all(Array.from({ length: 12 }, () => post('ship')));
  const jobs = await Promise.all(ids.map(ended));
  expect(jobs.map(({ state, channel }) => [state, channel])).toEqual(
    jobs.map(() => ['succeeded', 'two']),
  );
  // It was asked, and did not pass the channel over.
  await told(workerB, 'a job needs a config that this process lacks');
  expect(workerB.err()).not.toContain('has left the config');
});

test('a process takes its file over when it has come, and then makes those jobs itself', async () => {
  write(own(), SECOND);
  await told(workerB, 'the config was read again');
  workerA.child.kill('SIGTERM');
  expect(await workerA.ended).toBe(0);
  expect(await ended(await post('ship'))).toMatchObject({ state: 'succeeded', channel: 'two' });
});

test('a file that is wrong changes nothing, and every entry of it is told to who asked', async () => {
  const before = await configOf();
  write(
    shared(),
    '{\n  "channels": { "one": { "provider": "arc", "simulated": true } },\n  "model": {}\n}\n',
  );
  const { status, json } = await call('POST', '/v1/admin/config/reload', {}, at.admin_key);
  expect(status).toBe(400);
  expect(json.error.message).toBe(
    `config: nothing was changed: ${shared()}:2: channels.one.provider: there is no provider "arc"; did you mean "ark"? ` +
      `(known: ${PROVIDERS}); ${shared()}:3: model: is not a known field; did you mean "models"? ` +
      '(known: $schema, channels, models, groups, money, alerts, waits, limits, retention, trustProxy, corsOrigins)',
  );
  api.child.kill('SIGHUP');
  await told(api, 'the config was not read again');
  expect(await configOf()).toEqual(before);
  expect(await offered()).toContain('ship');
});

test('the admin API reads it too, and says what holds only after a restart', async () => {
  writeFileSync(shared(), JSON.stringify({ ...SECOND, waits: { ...WAITS, busyMs: 1_000 } }));
  const same = await call('POST', '/v1/admin/config/reload', undefined, at.admin_key);
  expect(same).toMatchObject({
    status: 200,
    json: { object: 'config.reloaded', is_changed: false, needs_restart: ['waits'] },
  });
  write(shared(), FIRST);
  const changed = await call('POST', '/v1/admin/config/reload', undefined, at.admin_key);
  expect(changed.json).toMatchObject({ is_changed: true, needs_restart: [] });
  expect(await offered()).not.toContain('ship');
});
