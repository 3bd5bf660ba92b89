import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalBlobs } from '../../src/blobs/local';
import { startChild } from '../../src/host/children';
import { waitUntil } from '../../src/host/wait';
import { fileLog } from '../../src/run/log';
import { temporaryFolder } from '../host/temporary';

/** A data folder may be one that everybody can enter; what the gateway writes into it is its own user's all the same. */

let data: string;
beforeEach(() => {
  data = temporaryFolder(0o755);
});

/** `mode path` of everything that others may read, write or enter. */
function openToOthers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const mode = lstatSync(path).mode & 0o777;
    return (mode & 0o077) === 0 ? [] : [`${mode.toString(8)} ${path.slice(folder.length + 1)}`];
  });
}

const umask = process.umask();
beforeAll(() => void process.umask(0o022));
afterAll(() => void process.umask(umask));

async function* bytes(): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(Buffer.from('a picture'));
}

test('nobody else can list stored files, read the log or read what a child writes', async () => {
  await createLocalBlobs(join(data, 'blobs')).put(bytes(), 100);
  fileLog(data).info('a line');
  const engine = join(data, 'engine');
  mkdirSync(engine, { mode: 0o700 });
  await startChild({
    data,
    name: 'engine',
    command: '/bin/sh',
    args: ['-c', 'echo rows > temporal.db'],
    port: 0,
    env: { PATH: '/usr/bin:/bin' },
    cwd: engine,
  });
  await waitUntil(() => readdirSync(engine).length > 0, { timeoutMs: 60_000, everyMs: 20 });
  expect(openToOthers(data)).toEqual([]);
});

test('what a release before left open is closed at the next start', async () => {
  mkdirSync(join(data, 'blobs'));
  mkdirSync(join(data, 'logs'), { mode: 0o700 });
  writeFileSync(join(data, 'logs', 'gateway.log'), 'an old line\n');
  chmodSync(join(data, 'blobs'), 0o755);
  createLocalBlobs(join(data, 'blobs'));
  fileLog(data).info('a new line');
  expect(openToOthers(data)).toEqual([]);
  expect(readFileSync(join(data, 'logs', 'gateway.log'), 'utf8')).toMatch(/^an old line\n\{/);
});

test('a child has the mask for itself: the gateway keeps its own', async () => {
  const before = process.umask();
  await startChild({
    data,
    name: 'child',
    command: '/bin/true',
    args: [],
    port: 0,
    env: {},
    cwd: data,
  });
  expect(process.umask()).toBe(before);
  expect(spawnSync('/bin/sh', ['-c', 'umask']).stdout.toString().trim()).toBe('0022');
});
