import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureVideo } from '../../demo/measure-video';
import { startTestGateway } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { blocksOf, readPage, ROOT } from '../support/page';

/**
 * Every command that the pages show, pasted into one shell per page, in order, in a folder that holds what a clone
 * with a started gateway holds. Only addresses differ: a test's gateway is on a port of its own. Blocks that begin with
 * `npm` install or start it, which the test does itself.
 */

let gateway: TestGateway;
let places: Readonly<Record<string, string>>;
const folders: string[] = [];
const shells = new Set<ChildProcess>();

beforeAll(async () => {
  gateway = await startTestGateway();
  places = {
    'http://localhost:8080': gateway.api,
    '8090': String(await freePort()),
    '127.0.0.1:7233': process.env['REELAY_TEST_ENGINE'] ?? '',
  };
});

afterAll(async () => {
  // With what they left in the background.
  for (const { pid } of shells) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await gateway?.close();
});

/** A port that nobody listens on and that no other test is given: systems give out those from 32768 on. */
async function freePort(): Promise<number> {
  const port = 20_000 + randomInt(10_000);
  const server = createServer();
  const isFree = await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function clone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-page-'));
  folders.push(folder);
  mkdirSync(join(folder, '.reelay'));
  copyFileSync(join(gateway.data, 'keys.json'), join(folder, '.reelay', 'keys.json'));
  symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
  return folder;
}

const INTRODUCTION = 'test/support/openapi/introduction.md';
const PAGES = [
  'README.md',
  'docs/admin.md',
  'docs/callbacks.md',
  'docs/child-workflows.md',
  'docs/events.md',
  'docs/keys.md',
  'docs/prices.md',
  'docs/unified-video.md',
  'docs/video-generations.md',
  INTRODUCTION,
];

const shown = (page: string): string[] =>
  blocksOf(readPage(page), 'sh').filter((block) => !block.startsWith('npm '));

interface PasteResult {
  folder: string;
  code: number | null;
  /** What each block said. */
  said: string[];
  wrong: string;
}

const MARK = '---- next block ----';

/** Pastes a page. `given` is what a reader of it has in the shell already: the key of a caller is no part of the reference. */
async function paste(page: string, given: Record<string, string> = {}): Promise<PasteResult> {
  const script = Object.entries(places).reduce(
    (text, [shownPlace, place]) => text.replaceAll(shownPlace, place),
    shown(page).join(`\necho '${MARK}'\n`),
  );
  const folder = clone();
  const env = { ...process.env, ...given, TEMPORAL_NAMESPACE: gateway.base.namespace };
  // A group of its own, so that nothing of it outlives the test.
  const shell = spawn('sh', ['-eu', '-c', script], { cwd: folder, env, detached: true });
  shells.add(shell);
  let [out, wrong] = ['', ''];
  shell.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  shell.stderr.on('data', (chunk: Buffer) => (wrong += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => shell.once('close', resolve));
  shells.delete(shell);
  return { folder, code, said: out.split(`${MARK}\n`), wrong };
}

test('the README, pasted: a job, its end, a file that plays, and an answer that waited', async () => {
  const { folder, code, said, wrong } = await paste('README.md');
  expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
  const posted = JSON.parse(said[0] ?? '') as Record<string, unknown>;
  expect(posted).toMatchObject({
    id: expect.stringMatching(/^video_/) as unknown,
    status: 'queued',
  });
  expect(said[1]).toContain('"status":"completed"');
  expect(await measureVideo(join(folder, 'boat.mp4'))).toMatchObject({ duration_s: 5 });
  expect(JSON.parse(said[2] ?? '')).toMatchObject({ status: 'completed', duration: 4 });
});

test('the page on callbacks, pasted: a receiver that runs and took the signed message', async () => {
  const { folder, code, said, wrong } = await paste('docs/callbacks.md');
  expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
  const [, id = ''] = /"id":"(video_\w+)"/.exec(said[1] ?? '') ?? [];
  expect(readFileSync(join(folder, 'received.txt'), 'utf8').split('\n').slice(1)).toEqual([
    `video.completed: ${id} completed`,
    '',
  ]);
});

test('the message on the page on callbacks has the fields of the one that was sent', async () => {
  const [example = ''] = blocksOf(readPage('docs/callbacks.md'), 'json');
  const [row] = await gateway.sql<{ body: Buffer }>('SELECT body FROM deliveries LIMIT 1');
  const sent = JSON.parse(String(row?.body)) as { data: object };
  const page = JSON.parse(example) as { data: object };
  expect(Object.keys(page)).toEqual(Object.keys(sent));
  expect(Object.keys(sent.data)).toEqual(expect.arrayContaining(Object.keys(page.data)));
});

test('the page on keys, pasted: a customer with points, and a key with a list of models and a budget', async () => {
  const { code, said, wrong } = await paste('docs/keys.md');
  expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
  expect(JSON.parse(said[0] ?? '')).toMatchObject({
    entry: { note: 'invoice 17' },
    balance: { available: '5000' },
  });
  expect(JSON.parse(said[1] ?? '')).toMatchObject({
    name: 'production',
    models: ['seedance-2.0'],
    budget_month: '1000',
    secret: expect.stringMatching(/^rl_live_/) as unknown,
  });
});

test('the introduction of the reference, pasted by who has a key: a job, and the file of one that has ended', async () => {
  const ID = await gateway.post();
  await gateway.ended(ID);
  const { folder, code, said, wrong } = await paste(INTRODUCTION, { KEY: gateway.keys.key, ID });
  expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
  expect(said[0]).toMatch(/"status":"queued".*"status":"completed"/);
  expect(await measureVideo(join(folder, 'boat.mp4'))).toMatchObject({ duration_s: 5 });
});

test('the page on prices, pasted: what a video costs, and what would be sent', async () => {
  const { code, said, wrong } = await paste('docs/prices.md');
  expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
  expect(JSON.parse(said[0] ?? '')).toMatchObject({
    object: 'dry_run',
    price: '25',
    sends: [{ channel: 'ark-simulated', method: 'POST' }],
  });
});

test('the page of video-generations, pasted: a task, its end, and a file that plays', async () => {
  const { folder, code, said, wrong } = await paste('docs/video-generations.md');
  expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
  expect(JSON.parse(said[0] ?? '')).toMatchObject({ status: 'queued', object: 'video' });
  expect(said[1]).toMatch(/"status":"completed".*"status":"SUCCESS"/);
  expect(await measureVideo(join(folder, 'boat.mp4'))).toMatchObject({ duration_s: 5 });
});

test('the page of unified-video, pasted: a price, a task at that price, its file, and the sum of them', async () => {
  const { folder, code, said, wrong } = await paste('docs/unified-video.md');
  expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
  const [quote, task] = said.map((text) => text.split('\n')[0] ?? '');
  expect(JSON.parse(quote ?? '')).toMatchObject({ success: true, pointsCharged: 40 });
  expect(JSON.parse(task ?? '')).toMatchObject({ status: 'submitted', pointsCharged: 40 });
  expect(said[2]).toMatch(/"status":"completed"/);
  expect(await measureVideo(join(folder, 'beach.mp4'))).toMatchObject({ duration_s: 8 });
  const sums = JSON.parse(said[3] ?? '') as { byModel: { pointsCharged: number }[] };
  expect(sums.byModel[0]?.pointsCharged).toBeGreaterThanOrEqual(40);
});

test('the page on events, pasted: the events of all videos, and where to go on', async () => {
  await gateway.ended(await gateway.post());
  const { code, said, wrong } = await paste('docs/events.md');
  expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
  const page = JSON.parse(said[0] ?? '') as { data: object[] };
  expect(page.data[0]).toMatchObject({ object: 'event', event: 'video.queued' });
  const [shownPage = ''] = blocksOf(readPage('docs/events.md'), 'json');
  const example = JSON.parse(shownPage) as { data: object[] };
  expect(Object.keys(example)).toEqual(Object.keys(page));
  expect(Object.keys(example.data[0] ?? {}).sort()).toEqual(Object.keys(page.data[0] ?? {}).sort());
});

test('the page on work that stands still, pasted: what the messages of a day are', async () => {
  const { code, said, wrong } = await paste('docs/admin.md');
  expect({ code, wrong }).toEqual({ code: 0, wrong: '' });
  expect(JSON.parse(said[0] ?? '')).toEqual({ object: 'redelivery', count: 0, has_more: false });
});

test('the page on other workflows, pasted: two videos from a worker of one’s own', async () => {
  const { code, said, wrong } = await paste('docs/child-workflows.md');
  expect({ code, wrong: code === 0 ? '' : wrong }).toEqual({ code: 0, wrong: '' });
  expect(said[0]).toMatch(/^made \S{36}\nmade \S{36}\n$/);
});

/** What any project with a worker of its own has. Says the id of the job that its workflow made. */
const OWN_WORKER = `
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = process.env;
const taskQueue = 'a-project';
const connection = await NativeConnection.connect({ address });
const workflowsPath = new URL('./workflows.ts', import.meta.url).pathname;
const worker = await Worker.create({ connection, namespace, taskQueue, workflowsPath });
const client = new Client({ connection: await Connection.connect({ address }), namespace });
const args = ['A paper boat [[sim seconds=1 video=shared]]'];
const made = client.workflow.execute('trailer', { taskQueue, workflowId: 'a-project-1', args });
console.log(await worker.runUntil(made));
await connection.close();
await client.connection.close();
`;

test('the TypeScript on that page runs in a project that has the package as npm links it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-project-'));
  folders.push(folder);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules', 'reelay'));
  symlinkSync(
    join(ROOT, 'node_modules', '@temporalio'),
    join(folder, 'node_modules', '@temporalio'),
  );
  const [source = ''] = blocksOf(readPage('docs/child-workflows.md'), 'ts');
  writeFileSync(join(folder, 'workflows.ts'), source);
  writeFileSync(join(folder, 'run.mjs'), OWN_WORKER);
  const child = spawn(process.execPath, ['run.mjs'], {
    cwd: folder,
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'],
      TEMPORAL_NAMESPACE: gateway.base.namespace,
    },
  });
  let [out, wrong] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (wrong += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect({ code, wrong: code === 0 ? '' : wrong }).toEqual({ code: 0, wrong: '' });
  const [job] = await gateway.sql<{ state: string }>('SELECT state FROM jobs WHERE id = $1', [
    out.trim(),
  ]);
  expect(job?.state).toBe('succeeded');
});

test('no block has a word that the reader must replace, or an address that the test does not know', () => {
  for (const block of PAGES.flatMap(shown)) {
    expect(block).not.toMatch(/<[a-z_ -]+>/i);
    const known = Object.keys(places).reduce((text, place) => text.replaceAll(place, ''), block);
    expect(known).not.toMatch(/localhost|:\d{4}/);
  }
});
