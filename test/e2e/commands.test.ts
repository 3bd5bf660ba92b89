import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { dialects } from '../../src/dialects';
import { isSame } from '../../src/host/processes';
import { providers } from '../../src/providers';
import { until } from '../support/gateway';

/** Commands are contracts: what they print, how they end, and what they leave running. Run as a person runs them. */

const folders: string[] = [];
const children: ChildProcess[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'reelay-command-'));
  chmodSync(path, 0o711);
  folders.push(path);
  return path;
}

interface Command {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | null>;
}

function reelay(args: string[], env: Record<string, string> = {}): Command {
  const child = spawn(process.execPath, ['scripts/reelay.mjs', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, out: () => out, err: () => err, ended };
}

interface ReadyLine {
  api: string;
  key: string;
  callback_secret: string;
  models: { videos: string };
  pid: number;
}

async function ready<Line = ReadyLine>(command: Command): Promise<Line> {
  const line = await until(
    'the READY line',
    async () => {
      if (command.child.exitCode !== null) throw new Error(`it ended: ${command.err()}`);
      return command.out().includes('\n') ? command.out() : undefined;
    },
    // The first start may have to build.
    120_000,
  );
  return JSON.parse(line) as Line;
}

const running = (data: string): { pid: number; startTime: string; name: string }[] =>
  readdirSync(join(data, 'run'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(data, 'run', name), 'utf8')));

afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  for (const data of folders) {
    // Most tests start nothing.
    if (existsSync(join(data, 'run'))) await reelay(['stop', '--data', data]).ended;
    rmSync(data, { recursive: true, force: true });
  }
});

test('demo --json prints exactly one JSON object whose figures were measured, and leaves nothing running', async () => {
  const data = folder();
  const command = reelay(['demo', '--json', '--data', data]);
  expect({ code: await command.ended, err: command.err() }).toMatchObject({ code: 0 });
  expect(command.out().trimEnd().split('\n')).toHaveLength(1);
  const report = JSON.parse(command.out());
  expect(report).toMatchObject({
    job_id: expect.stringMatching(/^video_[0-9a-f]{32}$/),
    state: 'succeeded',
    elapsed_ms: expect.any(Number),
    history_events: 23,
    provider_submits: 1,
    usage_rows: 1,
    usage: { tokens: 108900, seconds: 5 },
    callback: { verified: true, tries: 1, id: expect.stringMatching(/^evt_/) },
    video: { duration_s: 5, width: 1280, height: 720 },
    ledger: { held: '25', settled: '25', released: '0', balanced: true },
    store: { kind: 'embedded', version: expect.stringMatching(/^18/) },
  });
  expect(report.polls).toBeGreaterThanOrEqual(1);
  expect(isAbsolute(report.video.path)).toBe(true);
  expect(statSync(report.video.path).size).toBe(report.video.bytes);
  expect(running(data)).toEqual([]);
});

test('start prints one READY line, refuses a second start by naming the first, and a killed one is taken over', async () => {
  const data = folder();
  const first = reelay(['start', '--json', '--port', '0', '--data', data]);
  const one = await ready(first);
  expect(one).toMatchObject({
    ready: true,
    api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    key: expect.stringMatching(/^rl_live_/),
    admin_key: expect.stringMatching(/^rl_live_/),
    callback_secret: expect.stringMatching(/^whsec_/),
    models: Object.fromEntries(Object.keys(dialects).map((name) => [name, expect.any(String)])),
    temporal_ui: expect.stringMatching(/^http:.*\/namespaces\/reelay\/workflows$/),
    temporal_address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    pid: first.child.pid,
  });
  expect(statSync(join(data, 'keys.json')).mode & 0o777).toBe(0o600);

  const second = reelay(['start', '--json', '--port', '0', '--data', data]);
  expect(await second.ended).toBe(1);
  expect(second.err()).toContain(`pid ${one.pid}`);
  expect(second.out()).toBe('');

  // A job is under way when the gateway dies; its engine and database live on and are adopted.
  const posted = await fetch(`${one.api}/v1/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${one.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: one.models.videos,
      prompt: 'survivor [[sim seconds=2 video=shared]]',
      duration: 4,
      size: '1280x720',
    }),
  });
  const { id } = (await posted.json()) as { id: string };
  const before = running(data).filter(({ name }) => name !== 'gateway');
  first.child.kill('SIGKILL');
  await first.ended;
  const third = reelay(['start', '--json', '--port', '0', '--data', data]);
  const three = await ready(third);
  expect(three).toMatchObject({ key: one.key, callback_secret: one.callback_secret });
  expect(running(data).filter(({ name }) => name !== 'gateway')).toEqual(
    expect.arrayContaining(before.map(({ pid }) => expect.objectContaining({ pid }))),
  );
  const done = await until('the job of the killed gateway', async () => {
    const answer = await fetch(`${three.api}/v1/videos/${id}`, {
      headers: { authorization: `Bearer ${three.key}` },
    });
    const video = (await answer.json()) as { status: string };
    return video.status === 'completed' ? video : undefined;
  });
  expect(done).toMatchObject({ status: 'completed' });

  const processes = running(data);
  const stoppedAt = Date.now();
  third.child.kill('SIGINT');
  expect(await third.ended).toBe(0);
  expect(Date.now() - stoppedAt).toBeLessThan(20_000);
  expect(processes.filter(isSame)).toEqual([]);
  expect(running(data)).toEqual([]);
});

test('stop ends what a killed gateway left', async () => {
  const data = folder();
  const gateway = reelay(['start', '--json', '--port', '0', '--data', data]);
  await ready(gateway);
  const processes = running(data);
  gateway.child.kill('SIGKILL');
  await gateway.ended;
  const stop = reelay(['stop', '--json', '--data', data]);
  expect(await stop.ended).toBe(0);
  const { stopped } = JSON.parse(stop.out()) as { stopped: { name: string }[] };
  expect(stopped.map(({ name }) => name)).toEqual(['engine', 'postgres']);
  expect(processes.filter(isSame)).toEqual([]);
});

/** Nobody listens there; a port that was free a moment ago may be another test's by now. */
const CLOSED_PORT = 9;

async function takenPort(): Promise<{ port: number; free: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { port: (server.address() as AddressInfo).port, free: () => void server.close() };
}

test('simulator says where each provider is, and each takes a job with the credentials it names', async () => {
  const data = folder();
  const command = reelay(['simulator', '--json', '--port', '0', '--data', data]);
  const line = await ready<SimulatorReady>(command);
  expect(Object.keys(line)).toEqual(['ready', 'url', 'control', 'providers', 'pid']);
  expect(Object.keys(line.providers).sort()).toEqual(Object.keys(providers).sort());
  for (const [name, { url, credentials }] of Object.entries(line.providers)) {
    expect(url).toBe(`${line.url}/${name}`);
    expect(providers[name]?.credentials.safeParse(credentials).success).toBe(true);
  }
  const ark = line.providers['ark'];
  const created = await fetch(`${ark?.url}/contents/generations/tasks`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ark?.credentials['apiKey']}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      model: 'doubao-seedance-2-0-260128',
      content: [{ type: 'text', text: 'a cat [[sim seconds=1]]' }],
    }),
  });
  expect(created.status).toBe(200);
  const counters = await (await fetch(`${line.control}/counters`)).json();
  expect(counters).toMatchObject({ jobs: 1, submits_accepted: 1 });
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
});

interface SimulatorReady {
  url: string;
  control: string;
  providers: Record<string, { url: string; credentials: Record<string, string> }>;
}

test.each([['start'], ['simulator'], ['demo']])(
  '%s on a port that is taken says so in one sentence before it starts anything',
  async (name) => {
    const data = folder();
    const { port, free } = await takenPort();
    const command = reelay([name, '--data', data, '--port', String(port)]);
    expect(await command.ended).toBe(1);
    free();
    expect(command.err().trimEnd().split('\n').at(-1)).toBe(
      `reelay ${name}: port ${port} on 127.0.0.1 is taken by another program; ` +
        'stop it, or choose another port with --port',
    );
    expect(command.err()).not.toMatch(/PostgreSQL|Temporal/);
    expect(existsSync(join(data, 'postgres'))).toBe(false);
  },
);

test('an address that this machine does not have is said before anything is started', async () => {
  const data = folder();
  const command = reelay(['start', '--data', data, '--host', '192.0.2.1', '--port', '9']);
  expect(await command.ended).toBe(1);
  expect(command.err().trimEnd().split('\n').at(-1)).toBe(
    'reelay start: 192.0.2.1 is no address of this machine; choose another with --host',
  );
  expect(existsSync(join(data, 'postgres'))).toBe(false);
});

test.each([['version'], ['--version'], ['-v']])(
  'reelay %s prints the version alone',
  async (word) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const command = reelay([word]);
    expect(await command.ended).toBe(0);
    expect([command.out(), command.err()]).toEqual([`${version}\n`, '']);
  },
);

test.each([
  [['help'], /^Usage: reelay <command>[^]*\n {2}worker /],
  [['start', '--help'], /^Usage: reelay start [^]*--temporal-ui-port/],
  [['help', 'demo'], /^Usage: reelay demo [^]*--fault/],
  [['bench', 'held', '--help'], /^Usage: reelay bench held [^]*--requests/],
])('reelay %j is a help on stdout, and nothing is wrong', async (args, said) => {
  const command = reelay(args);
  expect([await command.ended, command.err()]).toEqual([0, '']);
  expect(command.out()).toMatch(said);
});

const CONFIGS: [name: string, text: string, said: RegExp][] = [
  ['is not JSON', '{ "models": ', /is not JSON/],
  ['has an unknown entry', '{ "modles": {} }', /modles/],
  [
    'has a model without a price',
    '{ "models": { "m": { "channels": [{ "channel": "ark-simulated", "model": "doubao-seedance-2-0-260128" }] } } }',
    /price/,
  ],
  [
    'names a channel that is not there',
    '{ "models": { "m": { "channels": [{ "channel": "nope", "model": "doubao-seedance-2-0-260128" }], "price": { "perJob": "1" } } } }',
    /nope/,
  ],
  [
    'names a variable that is not set',
    '{ "channels": { "a": { "provider": "ark", "baseUrl": "https://x.example", "credentials": { "apiKey": "${NOT_SET_ANYWHERE}" } } } }',
    /NOT_SET_ANYWHERE/,
  ],
  [
    'names a provider that there is not',
    '{ "channels": { "a": { "provider": "arc", "simulated": true } } }',
    /:1: channels\.a\.provider: there is no provider "arc"; did you mean "ark"\?/,
  ],
  [
    'names a model that the provider does not have',
    '{ "models": { "m": { "channels": [{ "channel": "ark-simulated", "model": "old" }], "price": { "free": true } } } }',
    /:1: models\.m\.channels\.0\.model: provider "ark" does not have "old"/,
  ],
  [
    'lacks a credential',
    '{ "channels": { "a": { "provider": "ark", "baseUrl": "https://x.example", "credentials": {} } } }',
    /channels\.a\.credentials\.apiKey: is required/,
  ],
  [
    'has a key with a line break',
    '{ "channels": { "a": { "provider": "ark", "baseUrl": "https://x.example", "credentials": { "apiKey": "secret\\n" } } } }',
    /channels\.a\.credentials\.apiKey: ends in a line break/,
  ],
  [
    'offers no model',
    '{ "channels": { "a": { "provider": "ark", "baseUrl": "https://x.example", "credentials": { "apiKey": "k" } } } }',
    /models: names no model/,
  ],
];

test.each(CONFIGS)('a config that %s stops the start with one sentence', async (_, text, said) => {
  const data = folder();
  const path = join(data, 'reelay.config.json');
  writeFileSync(path, text);
  const command = reelay(['start', '--data', join(data, 'data'), '--port', '0'], {
    REELAY_CONFIG: path,
  });
  expect(await command.ended).toBe(1);
  const last = command.err().trimEnd().split('\n').at(-1) ?? '';
  expect(last).toMatch(said);
  expect(command.err()).not.toMatch(/\n\s+at /);
  // Nothing was started, so not even the folder is there.
  expect(existsSync(join(data, 'data'))).toBe(false);
});

test.each([
  ['engine', 'TEMPORAL_ADDRESS', (port: number) => `127.0.0.1:${port}`],
  [
    'database',
    'DATABASE_URL',
    (port: number) => `postgres://reelay:secret-word@127.0.0.1:${port}/reelay`,
  ],
])(
  'an unreachable %s stops the start with one sentence and no password in it',
  async (_, name, value) => {
    const data = folder();
    const command = reelay(['start', '--data', data, '--port', '0'], {
      [name]: value(CLOSED_PORT),
    });
    expect(await command.ended).toBe(1);
    expect(command.err()).toMatch(/127\.0\.0\.1/);
    expect(command.err()).not.toContain('secret-word');
    expect(command.err()).not.toMatch(/\n\s+at /);
    expect(running(data)).toEqual([]);
  },
);

test.each([
  [['nonsense'], 2, /^reelay: there is no command "nonsense" \(start, .*\)\n$/],
  [['start', '--prot', '1'], 2, /^reelay start: unknown option '--prot' .*--port\?\)\n$/],
  [['migrate', '--port', '1'], 2, /^reelay migrate: unknown option '--port'\n$/],
  [['demo', '--fault', 'no-such'], 2, /^reelay demo: --fault takes one of: .*\n$/],
  [['bench', 'held', '--requests', '0'], 2, /^reelay bench held: --requests takes .*\n$/],
])('reelay %j is refused with the allowed values', async (args, code, said) => {
  const command = reelay(args);
  expect(await command.ended).toBe(code);
  expect(command.err()).toMatch(said);
  expect(command.out()).toBe('');
});

test.each([['help'], ['help', 'start'], ['config', 'check'], ['version']])(
  'a reader who leaves early ends no command badly: reelay %s %s',
  async (...args) => {
    const command = reelay(args.filter(Boolean));
    command.child.stdout?.destroy();
    expect([await command.ended, command.err()]).toEqual([0, '']);
  },
);
