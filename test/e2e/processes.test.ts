import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { launchStore } from '../../src/postgres/launcher';
import type { RunningStore } from '../../src/postgres/launcher';
import { ready, reelay } from '../support/command';
import type { Command } from '../support/command';
import { until } from '../support/gateway';

/** `api` and `worker` as processes of their own: what they need, how a supervisor sees them, how they stop. */

const commands: Command[] = [];
let folder = '';
let store: RunningStore;
let configs = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-processes-'));
  chmodSync(folder, 0o711);
  store = await launchStore({ data: folder, say: () => undefined });
});

afterAll(async () => {
  for (const { child } of commands) if (child.exitCode === null) child.kill('SIGKILL');
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const NAMESPACE = `test-${randomBytes(6).toString('hex')}`;
const SECRET = randomBytes(32).toString('base64');
const PUBLIC = 'http://127.0.0.1:9';

function run(args: string[], options: { publicUrl?: string; waits?: object } = {}): Command {
  configs += 1;
  const path = join(folder, `reelay.${String(configs)}.json`);
  writeFileSync(path, JSON.stringify({ waits: options.waits ?? {} }));
  const command = reelay([...args, '--json'], {
    TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'] ?? '',
    TEMPORAL_NAMESPACE: NAMESPACE,
    DATABASE_URL: store.adminUrl,
    REELAY_SECRET_KEY: SECRET,
    REELAY_SIMULATOR_URL: PUBLIC,
    REELAY_PUBLIC_URL: options.publicUrl ?? '',
    REELAY_CONFIG: path,
  });
  commands.push(command);
  return command;
}

/** The exit code, or what it printed when it did not end but got ready. */
const outcome = async (command: Command): Promise<number | string | null> =>
  Promise.race([
    command.ended,
    ready<object>(command)
      .then(() => 'ready')
      .catch(() => command.ended),
  ]);

test.each([
  [' worker', ['worker']],
  ['n API that listens on more than this machine', ['api', '--port', '0', '--host', '0.0.0.0']],
])('a%s without REELAY_PUBLIC_URL is refused with one sentence', async (_, args) => {
  const command = run([...args, '--data', join(folder, 'refused')]);
  expect(await outcome(command)).toBe(1);
  expect(command.err()).toMatch(/REELAY_PUBLIC_URL is not set; .*https:\/\//);
  expect(command.err()).not.toMatch(/\n\s+at /);
});

interface ApiReady {
  api: string;
}

async function startApi(
  name: string,
  waits: object = {},
): Promise<ApiReady & { command: Command }> {
  const data = join(folder, name);
  mkdirSync(data);
  const command = run(['api', '--port', '0', '--data', data], { waits });
  return { ...(await ready<ApiReady>(command)), command };
}

test('an api makes the data folder that does not exist, for itself alone', async () => {
  const data = join(folder, 'deep', 'data');
  const command = run(['api', '--port', '0', '--data', data]);
  await ready<ApiReady>(command);
  expect(statSync(data).mode & 0o777).toBe(0o700);
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
});

test('an api that is asked to stop says no at /readyz before it stops listening', async () => {
  const { api, command } = await startApi('drained');
  const probe = async (): Promise<number> => (await fetch(`${api}/readyz`)).status;
  expect(await probe()).toBe(200);
  const stoppedAt = Date.now();
  command.child.kill('SIGTERM');
  const said = await until('another answer', async () => {
    const status = await probe().catch(() => 'refused');
    return status === 200 ? undefined : status;
  });
  expect(said).toBe(503);
  const alive = await fetch(`${api}/livez`);
  expect([alive.status, alive.headers.get('connection')]).toEqual([200, 'close']);
  expect(await command.ended).toBe(0);
  // As long as `drainMs` says by default.
  expect(Date.now() - stoppedAt).toBeGreaterThanOrEqual(5_000);
});

test('a second signal ends a process at once', async () => {
  const drainMs = 600_000;
  const { api, command } = await startApi('twice', { drainMs });
  command.child.kill('SIGTERM');
  await until('the first to be heard', async () =>
    (await fetch(`${api}/readyz`)).status === 503 ? true : undefined,
  );
  const firstAt = Date.now();
  await until('a person’s second thought', async () => Date.now() - firstAt > 500 || undefined);
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(130);
  expect(Date.now() - firstAt).toBeLessThan(drainMs / 2);
});

test('a worker tells its health on a port of its own until it has stopped', async () => {
  const command = run(['worker', '--health-port', '0', '--data', join(folder, 'worker')], {
    publicUrl: PUBLIC,
  });
  const { health } = await ready<{ health: string }>(command);
  const probes = ['/livez', '/readyz'].map(
    async (path) => (await fetch(`${health}${path}`)).status,
  );
  expect(await Promise.all(probes)).toEqual([200, 200]);
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
  await expect(fetch(`${health}/livez`)).rejects.toThrow();
});
