import { connect, type Socket } from 'node:net';
import { pino } from 'pino';
import type { FeedTold } from '../../src/core/ports/gateway/feed';
import { LIMITS } from '../../src/core/settings/limits';
import { defaultsOf } from '../../src/core/settings/setting';
import { WAITS } from '../../src/core/settings/waits';
import { NO_CAPS } from '../../src/core/slots/caps';
import { createFeed } from '../../src/gateway/feed';
import { createCredentialWatch } from '../../src/gateway/credential-watch';
import { createOpenStreams } from '../../src/gateway/open-streams';
import { createdJob, newJob, PRICE, useTestDatabase } from '../support/database';
import { KEY, until, useTestApp } from './test-app';

/** A reader of events that takes nothing: real sockets before a real database. */

const JOBS = 200;
/** Each event is as long as its prompt at least, so that all of them are many times what sockets hold. */
const PROMPT_BYTES = 500_000;
const database = useTestDatabase(PRICE * BigInt(JOBS));
const app = useTestApp({ limits: { streamIdleMs: 300 } });

/** Events that the process has read for its reader so far. */
let told = 0;

beforeAll(async () => {
  const prompt = 'a'.repeat(PROMPT_BYTES);
  for (let index = 0; index < JOBS; index += 1) {
    const job = newJob(database.workspace);
    await createdJob(database, { ...job, request: { ...job.request, prompt } });
  }
  const deps = {
    store: database.store,
    caps: NO_CAPS,
    waits: defaultsOf(WAITS),
    retention: { eventsMs: null },
    now: Date.now,
    log: pino({ level: 'silent' }),
  };
  const limits = { ...defaultsOf(LIMITS), eventStreams: 1 };
  const feed = createFeed(deps, createOpenStreams(limits, createCredentialWatch(deps)));
  // The app's own key is one of no database.
  app.gateway.followAll = async (_principal, query) =>
    counted(await feed.followAll(database.workspace.principal, query));
});

async function* counted(events: AsyncIterable<FeedTold>): AsyncGenerator<FeedTold> {
  for await (const one of events) {
    if (one.kind === 'event') told += 1;
    yield one;
  }
}

const PATH = '/v1/events?after=0-0';
const STREAM = { accept: 'text/event-stream' };

function openSlow(): Socket {
  const socket = connect(app.port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => undefined); // it is cut
  const head = ['GET ' + PATH + ' HTTP/1.1', 'Host: a', `Authorization: Bearer ${KEY}`];
  socket.write([...head, 'Accept: text/event-stream', '', ''].join('\r\n'));
  return socket;
}

const wasCut = () =>
  app.log.some(({ msg }) => msg === 'a stream of events was cut: its reader is slow');

test('a HEAD of a stream, which is told nothing, leaves its place free', async () => {
  for (let index = 0; index < 3; index += 1) {
    const head = await app.send('/v1/events', { method: 'HEAD', headers: STREAM });
    expect(head.status).toBe(200);
  }
});

test('a reader that takes nothing is cut, costs what sockets hold and a page of rows, and frees its place', async () => {
  const socket = openSlow();
  await until('the reader is cut', wasCut);
  expect(told).toBeGreaterThan(0);
  // Socket buffers of the system take a few megabytes; without back-pressure all events would have been read.
  expect(told * PROMPT_BYTES).toBeLessThan(32 * 1024 * 1024);
  const next = await app.send(PATH, { headers: STREAM });
  expect(next.status).toBe(200);
  await next.body?.cancel();
  socket.destroy();
});
