import { ACCOUNTS } from '../../src/commands/init/accounts';
import { modelsOf } from '../../src/commands/init/models';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf, reelay } from '../support/command';
import { until } from '../support/gateway';

/** `reelay init` and `reelay try` as an operator runs them, before anything else runs. */

const ROOT = join(__dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'reelay-try-'));
const path = join(folder, 'reelay.config.json');
const server = createServer((request, response) => {
  const isKnown = request.headers.authorization === 'Bearer good';
  const error = { code: 'AuthenticationError', message: 'The API key is invalid.' };
  response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isKnown ? { items: [], total: 0 } : { error }));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const real = (apiKey: string): object => ({
    provider: 'ark',
    baseUrl: `http://127.0.0.1:${port}/api/v3`,
    credentials: { apiKey },
  });
  const channels = {
    good: real('good'),
    bad: real('bad'),
    clips: { provider: 'ark', simulated: true },
  };
  const model = {
    channels: [{ channel: 'good', model: 'doubao-seedance-2-0-260128' }],
    price: { free: true },
  };
  writeFileSync(path, JSON.stringify({ channels, models: { m: model } }));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('all channels have a line each, and one that does not work makes the exit code', async () => {
  const command = reelay(['try'], { REELAY_CONFIG: path });
  expect(await command.ended).toBe(1);
  expect(command.err()).toBe('');
  const lines = command.out().trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/ {2,}.*?(\w+) .*/, ' $1'))).toEqual([
    'ok good',
    'failed bad',
    'ok clips',
  ]);
});

test('one channel that works is 0, as one line of JSON', async () => {
  const command = reelay(['try', '--channel', 'good', '--json'], { REELAY_CONFIG: path });
  expect([await command.ended, command.err()]).toEqual([0, '']);
  expect(command.out()).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(command.out())).toEqual({
    ok: true,
    channels: [
      {
        channel: 'good',
        provider: 'ark',
        host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        ok: true,
        means: 'well',
        says: expect.stringContaining('takes the credential'),
        ms: expect.any(Number),
      },
    ],
  });
});

test('a channel that there is not is a mistake on the command line', async () => {
  const command = reelay(['try', '--channel', 'goood'], { REELAY_CONFIG: path });
  expect(await command.ended).toBe(2);
  expect(command.err()).toBe(
    'reelay try: there is no channel "goood"; did you mean "good"? (good, bad, clips)\n',
  );
});

/** The built questions on pipes in place of a terminal; what is typed goes in, and what is drawn comes out. */
const ASKING = `
const { runInit } = require('./dist/src/commands/init/run.js');
const { terminalQuestions } = require('./dist/src/commands/init/questions.js');
(async () => {
  const questions = await terminalQuestions({ input: process.stdin, output: process.stdout });
  const plan = { config: process.argv[1], isUsual: false, force: false, given: {}, questions };
  await runInit(plan);
  process.stdin.destroy();
})();
`;

test('a person at the library’s own questions writes a config, and a pasted key is asked for again', async () => {
  const written = join(folder, 'asked.config.json');
  const child = spawn(process.execPath, ['-e', ASKING, written], { cwd: ROOT });
  const command = commandOf(child);
  const KEY = '0a1b2c3d-4e5f-6789-abcd-ef0123456789';
  // The newest is asked for first.
  const [, ...others] = modelsOf(ACCOUNTS.ark);
  const typed: [question: string, keys: string][] = [
    ['Which provider?', '\r'],
    ['account at another provider', '\r'],
    ['Which environment variable', `${KEY}\r`],
    ['looks like a key itself', '\u0015MY_KEY\r'],
    ['Which models', '\r'],
    ['video of seedance-2.5 cost', 'much\r'],
    ['takes points', '\u001560\r'],
    ...others.map(({ name }): [string, string] => [`video of ${name} cost`, '\r']),
    ['How many points is one CNY worth', '\u001512.5\r'],
    ['At which URL', '\r'],
  ];
  for (const [question, keys] of typed) {
    await until(question, async () => (command.out().includes(question) ? true : undefined));
    child.stdin.write(keys);
  }
  expect([await command.ended, command.err()]).toEqual([0, '']);
  const text = readFileSync(written, 'utf8');
  expect(text).toContain('"apiKey": "${MY_KEY}"');
  expect(text).toMatch(/"seedance-2.5": \{[^}]*\}\],\s*"price": \{ "perVideo": "60" \}/);
  expect(text).toMatch(/"seedance-2.0": \{[^}]*\}\],\s*"price": \{ "costTimes": "1.3" \}/);
  expect(text).toContain('"pointsPer": { "CNY": "12.5" }');
  expect(text).not.toContain(KEY);
});

test('init without a terminal writes by flags what config check takes, and writes over nothing', async () => {
  const written = join(folder, 'first.config.json');
  const args = ['init', '--config', written, '--json', '--provider', 'ark', '--key-env', 'MY_KEY'];
  const asking = reelay(args);
  expect([await asking.ended, existsSync(written)]).toEqual([2, false]);
  const first = reelay([...args, '--yes']);
  expect([await first.ended, first.err()]).toEqual([0, '']);
  expect(JSON.parse(first.out())).toEqual({
    written,
    next: [
      'export MY_KEY=...',
      `export REELAY_CONFIG=${written}`,
      'node scripts/reelay.mjs config check',
      'node scripts/reelay.mjs try',
      'node scripts/reelay.mjs start',
    ],
  });
  const check = reelay(['config', 'check', written, '--json'], { MY_KEY: 'a'.repeat(36) });
  expect(await check.ended).toBe(0);
  expect(JSON.parse(check.out())).toMatchObject({ ok: true, problems: [] });
  const second = reelay([...args, '--yes']);
  expect([await second.ended, second.out()]).toEqual([1, '']);
  expect(second.err()).toContain('--force writes over it');
});
