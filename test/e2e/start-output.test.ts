import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reelay, type Command } from '../support/command';
import { until } from '../support/gateway';

/** What a start without a terminal says and writes: a container's log keeps it for everybody who may read logs. */

const data = mkdtempSync(join(tmpdir(), 'reelay-output-'));
let command: Command;
beforeAll(async () => {
  chmodSync(data, 0o711);
  command = reelay(['start', '--data', data, '--port', '0']);
  await until('the welcome', async () => {
    if (command.child.exitCode !== null) throw new Error(command.err());
    return command.out().includes('Ctrl-C') ? true : undefined;
  });
});
afterAll(async () => {
  command.child.kill('SIGTERM');
  await command.ended;
  rmSync(data, { recursive: true, force: true });
});

test('it names the file of the keys and shows none of them', () => {
  const keys = JSON.parse(readFileSync(join(data, 'keys.json'), 'utf8')) as Record<string, string>;
  const said = command.out() + command.err();
  expect(said).toContain(join(data, 'keys.json'));
  for (const secret of Object.values(keys)) expect(said).not.toContain(secret);
});

test('it names the page of the documentation, which is there', async () => {
  const [, page = ''] = /Reference +(\S+)/.exec(command.out()) ?? [];
  const answer = await fetch(page);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/html; charset=utf-8',
  ]);
});

test('the ledger of the database that it brought is checked by who names its folder', async () => {
  const check = reelay(['ledger', 'check', '--data', data]);
  expect([await check.ended, check.err()]).toEqual([0, '']);
  expect(check.out()).toMatch(/^0 jobs and 1 entries of the ledger: all \d+ checks hold\n$/);
});

test('it says that every account of the machine can reach the engine', () => {
  expect(command.err()).toMatch(/engine .* every account of this machine can reach it/);
});

test('nobody else can read the engine’s rows, the log or the list of stored files', () => {
  const others = (path: string): number => statSync(join(data, path)).mode & 0o077;
  const engine = readdirSync(join(data, 'engine')).map((name) => join('engine', name));
  const paths = [...engine, 'blobs', join('logs', 'gateway.log'), 'keys.json', 'secret.key'];
  expect(paths).toContain(join('engine', 'temporal.db'));
  expect(paths.filter((path) => others(path) !== 0)).toEqual([]);
});
