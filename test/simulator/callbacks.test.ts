import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUpstream, until, type Upstream } from '../support/simulator';

/** A receiver that keeps what arrives and answers what it is told to. */
let receiver: Server;
let received: { path: string; body: Record<string, unknown> }[];
let answer: (nth: number) => number;
let upstream: Upstream;
const extra: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  received = [];
  answer = () => 200;
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      received.push({ path: request.url ?? '', body });
      response.writeHead(answer(received.length)).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  upstream = await startUpstream();
});
afterEach(async () => {
  await upstream.stop();
  for (const stop of extra.splice(0)) await stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

const callbackUrl = (): string =>
  `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/hook/token`;
const submit = (prompt: string): Promise<string> =>
  upstream.submit(prompt, { callback_url: callbackUrl() });
const statuses = (): unknown[] => received.map(({ body }) => body['status']);
/** Steps through a run of 20 s: 3 s queued, then running. */
async function walk(): Promise<void> {
  await until(() => received.length >= 1);
  upstream.advance(3_000);
  await until(() => received.length >= 2);
  upstream.advance(17_000);
}

/** Lets the waits between tries pass until so many messages have come. */
const arriving = (count: number): Promise<boolean> =>
  until(() => {
    upstream.advance(100);
    return received.length >= count;
  });

test('each change is posted in order, with the body of GET', async () => {
  const id = await submit('a [[sim seconds=20]]');
  await walk();
  await until(() => received.length === 3);
  expect(statuses()).toEqual(['queued', 'running', 'succeeded']);
  expect(received[2]).toEqual({ path: '/hook/token', body: await upstream.task(id) });
  expect(await upstream.job(id)).toMatchObject({ callbacks: 3 });
});

test.each([
  ['fail', 'failed'],
  ['policy', 'failed'],
  ['expired', 'expired'],
])('a job with fault=%s ends in a callback %s', async (fault, status) => {
  await submit(`[[sim seconds=20 fault=${fault}]]`);
  await walk();
  await until(() => received.length === 3);
  expect(statuses()).toEqual(['queued', 'running', status]);
});

test('a refused message comes again, at most three times, before the next one', async () => {
  answer = () => 503;
  const id = await submit('[[sim seconds=0.001]]');
  upstream.advance(1_000);
  await arriving(12);
  upstream.advance(100_000);
  expect(await upstream.job(id)).toMatchObject({ callbacks: 12 });
  // By the time the receiver sees them, the job has ended: a late message tells the state of now.
  expect(new Set(statuses().slice(4))).toEqual(new Set(['succeeded']));
});

test('a message that gets through at a later try is not sent again', async () => {
  answer = (nth) => (nth < 3 ? 500 : 200);
  await submit('[[sim queued=100000]]');
  await arriving(3);
  upstream.advance(100_000_000);
  await until(() => received.length >= 4);
  expect(statuses()).toEqual(['queued', 'queued', 'queued', 'running']);
});

test('callback-duplicate sends every message twice', async () => {
  await submit('[[sim seconds=20 fault=callback-duplicate]]');
  await until(() => received.length === 2);
  upstream.advance(3_000);
  await until(() => received.length === 4);
  upstream.advance(17_000);
  await until(() => received.length === 6);
  expect(statuses()).toEqual(['queued', 'queued', 'running', 'running', 'succeeded', 'succeeded']);
});

test('callback-missing, polls= and a cancel send none', async () => {
  const missing = await submit('[[sim seconds=1 fault=callback-missing]]');
  const polled = await submit('[[sim polls=1]]');
  upstream.advance(5_000);
  expect((await upstream.task(polled))['status']).toBe('succeeded');
  // A job whose messages do arrive shows that the others' would have by now.
  await submit('[[sim seconds=0]]');
  upstream.advance(1_000);
  await until(() => received.length === 3);
  expect(await upstream.job(missing)).toMatchObject({ callbacks: 0 });
  expect(await upstream.job(polled)).toMatchObject({ callbacks: 0 });

  const canceled = await submit('[[sim queued=10]]');
  await until(() => received.length === 4);
  await upstream.call('DELETE', `/${canceled}`);
  upstream.advance(100_000);
  await submit('[[sim seconds=0]]');
  await until(() => received.length === 7);
  expect(await upstream.job(canceled)).toMatchObject({ callbacks: 1, state: 'canceled' });
});

test('what was not told before a stop is told after the next start', async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), 'reelay-simulator-'));
  extra.push(() => Promise.resolve(rmSync(stateFolder, { recursive: true })));
  await upstream.stop();
  upstream = await startUpstream({ stateFolder });
  const id = await submit('[[sim seconds=20]]');
  await until(() => received.length === 1);
  await upstream.stop();
  upstream = await startUpstream({ stateFolder, startAt: Date.parse('2026-11-21T12:01:00Z') });
  await until(() => received.length === 3);
  expect(statuses()).toEqual(['queued', 'succeeded', 'succeeded']);
  expect(received.every(({ body }) => body['id'] === id)).toBe(true);
});

test('a stop does not wait for a receiver that hangs', async () => {
  const hanging = createServer(() => undefined);
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  extra.push(() => new Promise((resolve) => hanging.close(resolve)));
  const connected = new Promise((resolve) => hanging.once('request', resolve));
  const { port } = hanging.address() as AddressInfo;
  await upstream.submit('a', { callback_url: `http://127.0.0.1:${String(port)}/` });
  await connected;
  const startedAt = Date.now();
  await upstream.stop();
  // Less than the five seconds that a receiver has.
  expect(Date.now() - startedAt).toBeLessThan(4_500);
});
