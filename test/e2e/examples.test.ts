import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureVideo } from '../../demo/measure-video';
import { startTestGateway, until } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { blocksOf, readPage } from '../support/page';

/** The examples as a reader runs them: from the command line, with nothing but what their header says. */

const ROOT = join(__dirname, '..', '..');
let gateway: TestGateway;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await gateway?.close();
});

interface ExampleRun {
  said(): string;
  exit: Promise<number | null>;
  child: ChildProcess;
}

function run(command: string, args: string[], env: Record<string, string> = {}): ExampleRun {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      REELAY_URL: gateway.api,
      REELAY_KEY: gateway.keys.key,
      TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'],
      TEMPORAL_NAMESPACE: gateway.base.namespace,
      ...env,
    },
  });
  running.add(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  let wrong = '';
  child.stderr.on('data', (chunk: Buffer) => (wrong += chunk.toString('utf8')));
  const exit = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      if (code) process.stderr.write(wrong);
      resolve(code);
    });
  });
  return { said: () => said, exit, child };
}

test.each([
  ['with curl', 'sh', 'run.sh'],
  ['with Node', process.execPath, 'run.mjs'],
])('01 posts a video, waits and saves a playable file %s', async (_, command, script) => {
  const file = join(gateway.data, `${script}.mp4`);
  const example = run(command, [`examples/01-submit-and-wait/${script}`, file]);
  expect(await example.exit).toBe(0);
  expect(example.said()).toMatch(/^posted video_\w{32}\nsaved .*\.mp4, \d+ bytes\n$/);
  expect(await measureVideo(file)).toMatchObject({ duration_s: 5, height: 720 });
});

test('02 takes a signed message, takes it once, and refuses a forged one', async () => {
  const example = run(process.execPath, ['examples/02-callback/receiver.mjs'], {
    PORT: '0',
    REELAY_CALLBACK_SECRET: gateway.keys.callback_secret,
  });
  const url = await until('the receiver', async () => /http\S+/.exec(example.said())?.[0]);
  const id = await gateway.post({ callback_url: url });
  await until('the message', async () => example.said().includes(`${id} completed`) || undefined);
  const forged = await fetch(url, {
    method: 'POST',
    headers: {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
    },
    body: '{"type":"video.completed"}',
  });
  expect(forged.status).toBe(401);
  example.child.kill('SIGTERM');
  // Only then has everything that it said arrived.
  await example.exit;
  expect(example.said().split('\n').slice(1)).toEqual([
    `video.completed: ${id} completed`,
    'refused: no_match',
    '',
  ]);
});

test('03 cancels a video that has not begun, and removes it', async () => {
  const example = run(process.execPath, ['examples/03-cancel/run.mjs']);
  expect(await example.exit).toBe(0);
  expect(example.said().split('\n').slice(1)).toEqual([
    'asked to cancel: 200, deleted: false',
    'ended: failed, canceled',
    'removed: 200, deleted: true',
    '',
  ]);
});

test('04 makes two videos from a worker of its own; started again it names the same two', async () => {
  const outputs: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const example = run(process.execPath, ['examples/04-as-child-workflow/run.mjs', 'trailer-1']);
    expect(await example.exit).toBe(0);
    outputs.push(example.said());
  }
  expect(outputs[0]).toMatch(/^made \S{36}\nmade \S{36}\n$/);
  expect(outputs[1]).toBe(outputs[0]);
});

test('07 makes a video with our own client at the price that it was told, as README shows it', async () => {
  const file = join(gateway.data, 'client.mp4');
  const example = run(process.execPath, ['examples/07-client/run.mjs', file]);
  expect(await example.exit).toBe(0);
  expect(example.said()).toMatch(/^posted video_\w{32} for [\d.]+ points\nsaved \d+ bytes\n$/);
  expect(await measureVideo(file)).toMatchObject({ duration_s: 5 });
  const code = readFileSync(join(ROOT, 'examples/07-client/run.mjs'), 'utf8').split('*/\n')[1];
  expect(blocksOf(readPage('README.md'), 'mjs')).toContain(code);
});

test('every example says in its header how it is run', () => {
  const folders = readdirSync(join(ROOT, 'examples'));
  expect(folders.map((name) => name.slice(0, 2))).toEqual([
    '01',
    '02',
    '03',
    '04',
    '05',
    '06',
    '07',
  ]);
  for (const folder of folders) {
    for (const file of readdirSync(join(ROOT, 'examples', folder))) {
      if (file === 'workflows.ts') continue;
      const head = readFileSync(join(ROOT, 'examples', folder, file), 'utf8').slice(0, 700);
      expect(head).toContain(`examples/${folder}/${file}`);
    }
  }
});
