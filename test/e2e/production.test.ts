import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchStore } from '../../src/postgres/launcher';
import type { RunningStore } from '../../src/postgres/launcher';
import { ready } from '../support/command';
import { running, startFakeArk, taskOf } from '../support/fake-ark';
import type { FakeArk } from '../support/fake-ark';
import { until } from '../support/gateway';
import { installProduction, productionPackages, reelayOf } from '../support/production';

/** What a production installation may lack: the simulators, the demo and the libraries that they draw and measure with. */
const DRAWING = ['h264-mp4-encoder', 'mp4box'];
const VIDEO = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypisom'),
  Buffer.alloc(64),
]);

let folder: string;
let data: string;
let ark: FakeArk;
let store: RunningStore;
let env: Record<string, string>;

beforeAll(async () => {
  folder = installProduction();
  data = mkdtempSync(join(tmpdir(), 'reelay-test-'));
  chmodSync(data, 0o711);
  ark = await startFakeArk();
  store = await launchStore({ data, say: () => undefined });
  env = {
    TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'] ?? '',
    TEMPORAL_NAMESPACE: `test-${randomBytes(6).toString('hex')}`,
    DATABASE_URL: store.adminUrl,
  };
});

afterAll(async () => {
  await Promise.all([ark.close(), store.stop()]);
  for (const path of [folder, data]) rmSync(path, { recursive: true, force: true });
});

test('no drawing library, no simulator and no demo is part of it', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  expect(Object.keys(manifest.optionalDependencies)).toEqual(expect.arrayContaining(DRAWING));
  expect(productionPackages()).toEqual(expect.arrayContaining(['@temporalio/worker', 'express']));
  const there = [...DRAWING.map((name) => `node_modules/${name}`), 'dist/simulators', 'dist/demo'];
  expect(there.filter((path) => existsSync(join(folder, path)))).toEqual([]);
});

test('it starts against a real channel and makes a video there', async () => {
  ark.script('real', {
    look: (number, taskId) => (number < 2 ? running(taskId) : taskOf(ark, taskId)),
    result: () => ({ headers: { 'content-type': 'video/mp4' }, body: VIDEO }),
  });
  writeFileSync(
    join(folder, 'reelay.config.json'),
    JSON.stringify({
      channels: { fake: ark.channels['fake'] },
      models: { 'seedance-2.0': ark.model },
      waits: { cadence: { firstLookShare: 0, intervalMinMs: 250, intervalMaxMs: 250 } },
    }),
  );
  const args = ['start', '--json', '--port', '0', '--data', join(data, 'gateway')];
  const command = reelayOf(folder, args, env);
  try {
    const { api, key } = await ready<{ api: string; key: string }>(command);
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ model: 'seedance-2.0', prompt: 'tag:real', duration: 5 });
    const created = await fetch(`${api}/v1/videos`, { method: 'POST', headers, body });
    const { id } = (await created.json()) as { id: string };
    await until('the video', async () => {
      const answer = await fetch(`${api}/v1/videos/${id}`, { headers });
      const { status } = (await answer.json()) as { status: string };
      return status === 'completed' ? status : undefined;
    });
    const file = await fetch(`${api}/v1/videos/${id}/content`, { headers });
    const bytes = Buffer.from(await file.arrayBuffer());
    expect([file.status, bytes.toString('latin1')]).toEqual([200, VIDEO.toString('latin1')]);
    expect(ark.seen('real').posts).toBe(1);
  } finally {
    command.child.kill('SIGTERM');
    await command.ended;
  }
});

test('a simulated channel is one sentence, before anything is started', async () => {
  writeFileSync(join(folder, 'reelay.config.json'), '{}');
  const own = join(data, 'simulated');
  for (const [name, ...args] of [['start', '--port', '0'], ['api', '--port', '0'], ['worker']]) {
    const needed = { ...env, REELAY_PUBLIC_URL: 'http://127.0.0.1:1' };
    const command = reelayOf(folder, [name ?? '', ...args, '--data', own], needed);
    expect(await command.ended).toBe(1);
    expect(command.err().trimEnd().split('\n').at(-1)).toBe(
      `reelay ${name}: channel "ark-simulated" is simulated, and the simulators are not part of this installation; ` +
        'give it the "baseUrl" and the "credentials" of a provider in reelay.config.json, or use a clone of the ' +
        'repository or the image\'s target "development"',
    );
    // The log is there, to say it too; no key, no lock and no record of a child.
    const made = existsSync(own) ? readdirSync(own) : [];
    expect(made.filter((name) => name !== 'logs')).toEqual([]);
  }
});

test.each([
  ['demo', 'demo'],
  ['simulator', 'simulators'],
])('%s says that it is not there', async (name, part) => {
  const command = reelayOf(folder, [name, '--json'], env);
  expect(await command.ended).toBe(1);
  expect(command.out()).toBe('');
  expect(command.err()).toBe(
    `reelay ${name}: this installation has no ${part} folder; a clone of the repository has it, and so has the ` +
      'image\'s target "development"\n',
  );
});
