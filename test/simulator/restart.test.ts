import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUpstream, type Upstream } from '../support/simulator';

let stateFolder: string;
let upstream: Upstream | undefined;
beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'reelay-simulator-'));
});
afterEach(async () => {
  await upstream?.stop();
  upstream = undefined;
  rmSync(stateFolder, { recursive: true });
});

/** Stops what runs and starts again on the same folder. */
async function start(startAt?: number): Promise<Upstream> {
  await upstream?.stop();
  upstream = await startUpstream({ stateFolder, ...(startAt === undefined ? {} : { startAt }) });
  return upstream;
}
const LATER = Date.parse('2026-11-21T12:00:10Z');

test('jobs, their clock and their counts survive a restart', async () => {
  const before = await start();
  const id = await before.submit('a cat [[sim seconds=30]]');
  const polled = await before.submit('[[sim polls=3]]');
  const canceled = await before.submit('[[sim queued=60]]');
  await before.task(id);
  await before.task(polled);
  await before.call('DELETE', `/${canceled}`);
  const job = await before.job(id);

  const after = await start(LATER);
  expect(await after.job(id)).toEqual({ ...job, state: 'running' });
  expect((await after.task(canceled))['status']).toBe('cancelled');
  expect((await after.task(polled))['status']).toBe('running');
  expect((await after.task(polled))['status']).toBe('succeeded');
  after.advance(20_000);
  expect((await after.task(id))['status']).toBe('succeeded');
  expect(await after.counters()).toMatchObject({
    submits_seen: 3,
    submits_accepted: 3,
    deletes: 1,
  });
});

test('a second restart knows what happened after the first', async () => {
  const id = await (await start()).submit('a');
  await (await start(LATER)).task(id);
  expect(await (await start(LATER)).job(id)).toMatchObject({ gets: 1, state: 'succeeded' });
});

test('a deleted record stays deleted', async () => {
  const before = await start();
  const id = await before.submit('a');
  before.advance(6_000);
  await before.call('DELETE', `/${id}`);
  expect((await (await start(LATER)).call('GET', `/${id}`)).status).toBe(404);
});

test('a line cut off by a kill loses that line and nothing else', async () => {
  const id = await (await start()).submit('a');
  await upstream?.stop();
  upstream = undefined;
  appendFileSync(join(stateFolder, 'jobs.jsonl'), '{"job":{"id":"cgt-half');
  const after = await start(LATER);
  expect((await after.task(id))['status']).toBe('succeeded');
  expect(await after.counters()).toMatchObject({ jobs: 1 });
  const next = await after.submit('b');
  expect((await (await start(LATER)).job(next))['prompt']).toBe('b');
});

test('each line is on disk before the reply: nothing depends on an orderly stop', async () => {
  const running = await start();
  const id = await running.submit('a');
  expect(readFileSync(join(stateFolder, 'jobs.jsonl'), 'utf8')).toContain(id);
});

test('the journal does not grow with restarts', async () => {
  const first = await start();
  const id = await first.submit('a [[sim polls=1000]]');
  for (let look = 0; look < 50; look += 1) await first.task(id);
  const grown = readFileSync(join(stateFolder, 'jobs.jsonl'), 'utf8').split('\n').length;
  await start();
  const compact = readFileSync(join(stateFolder, 'jobs.jsonl'), 'utf8').split('\n').length;
  expect(grown).toBeGreaterThan(50);
  expect(compact).toBe(3);
});

test('the old port is taken again, so that stored links still lead here', async () => {
  const { url } = await start();
  expect((await start()).url).toBe(url);
});

test('a port taken by somebody else is given up for a free one', async () => {
  const { url } = await start();
  const other = await startUpstream({ stateFolder: join(stateFolder, 'copy') });
  try {
    const third = await startUpstream({ stateFolder });
    expect(third.url).not.toBe(url);
    await third.stop();
  } finally {
    await other.stop();
  }
});

test('a port that was asked for by number and is taken is an error', async () => {
  const { url } = await start();
  await expect(startUpstream({ port: Number(new URL(url).port) })).rejects.toThrow('EADDRINUSE');
});
