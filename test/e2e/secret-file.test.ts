import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ready, reelay } from '../support/command';
import type { Command } from '../support/command';

/** The secret key in the data folder of one `start` is changed by a command and a restart. */

const data = mkdtempSync(join(tmpdir(), 'reelay-secret-'));
const file = join(data, 'secret.key');
const lines = (): string[] => readFileSync(file, 'utf8').trim().split('\n');
const logged = (): string => readFileSync(join(data, 'logs', 'gateway.log'), 'utf8');
const DONE = 'no row needs an older secret key any more';
const SIMULATED = { TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'] ?? '' };
let running: Command | undefined;

interface Ready {
  api: string;
  key: string;
  callback_secret: string;
}

beforeAll(() => {
  chmodSync(data, 0o711);
});
afterAll(async () => {
  if (running) await stop(running);
  rmSync(data, { recursive: true, force: true });
});

async function start(): Promise<Ready> {
  const environment = { ...SIMULATED, TEMPORAL_NAMESPACE: `test-${String(process.pid)}-secret` };
  running = reelay(['start', '--data', data, '--port', '0', '--json'], environment);
  return ready<Ready>(running);
}

async function stop({ child, ended }: Command): Promise<void> {
  child.kill('SIGTERM');
  await ended;
  running = undefined;
}

async function restart(): Promise<Ready> {
  if (running) await stop(running);
  return start();
}

test('a new line before the old one is used by the next start, which seals the rows anew', async () => {
  const before = await start();
  const [old = ''] = lines();
  const command = reelay(['secrets', 'new', '--data', data, '--json']);
  expect(await command.ended).toBe(0);
  expect(JSON.parse(command.out())).toEqual({ keys: 2 });
  expect(lines()).toEqual([expect.not.stringContaining(old), old]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(logged()).not.toContain(DONE);
  const after = await restart();
  expect(after.callback_secret).toBe(before.callback_secret);
  expect(logged()).toContain(DONE);
  // The old line may be taken out, and nothing is lost.
  writeFileSync(file, `${lines()[0] ?? ''}\n`);
  const alone = await restart();
  expect(alone.callback_secret).toBe(before.callback_secret);
  const headers = { authorization: `Bearer ${alone.key}` };
  expect((await fetch(`${alone.api}/v1/models`, { headers })).status).toBe(200);
});

test('where the key is in the environment, the command touches no file and says so', async () => {
  const kept = lines();
  const command = reelay(['secrets', 'new', '--data', data], {
    REELAY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
  expect(await command.ended).toBe(1);
  expect(command.err()).toContain('REELAY_SECRET_KEY is set');
  expect(lines()).toEqual(kept);
});
