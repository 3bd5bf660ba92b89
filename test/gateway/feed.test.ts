import { pino } from 'pino';
import { defaultsOf } from '../../src/core/settings/setting';
import { WAITS } from '../../src/core/settings/waits';
import { NO_CAPS } from '../../src/core/slots/caps';
import { placeBefore } from '../../src/core/job/place';
import type { FeedTold } from '../../src/core/ports/gateway/feed';
import { createFeed } from '../../src/gateway/feed';
import { createCredentialWatch } from '../../src/gateway/credential-watch';
import { createOpenStreams } from '../../src/gateway/open-streams';
import { createdJob, newJob, PRICE, settle, useTestDatabase } from '../support/database';

/** What a reader of a whole workspace is told, is refused, and costs. */

const database = useTestDatabase(PRICE * 100n);
const DAY = 86_400_000;
const never = new AbortController().signal;

interface Options {
  streams?: number;
  eventsMs?: number | null;
  beatMs?: number;
  now?: () => number;
}

function feedWith(options: Options = {}) {
  const { streams = 10, eventsMs = 90 * DAY, beatMs = 60_000, now = Date.now } = options;
  const limits = {
    eventStreams: streams,
    eventStreamsPerWorkspace: streams,
    eventStreamsPerKey: streams,
  };
  const deps = {
    store: database.store,
    caps: NO_CAPS,
    waits: { ...defaultsOf(WAITS), eventBeatMs: beatMs },
    retention: { eventsMs },
    now,
    log: pino({ level: 'silent' }),
  };
  return createFeed(deps, createOpenStreams(limits, createCredentialWatch(deps)));
}

const PLAIN = { after: undefined, limit: 20, waitMs: 0, signal: never };

test('a poll without a place answers where the feed is, and from there on with what happens', async () => {
  const { principal } = database.workspace;
  const feed = feedWith();
  const { events, next, hasMore } = await feed.events(principal, PLAIN);
  expect([events, hasMore]).toEqual([[], false]);
  const waiting = feed.events(principal, { ...PLAIN, after: next, waitMs: 30_000 });
  const job = await createdJob(database, newJob(database.workspace));
  const answer = await waiting;
  expect(answer.events).toMatchObject([{ type: 'job.created', job: { id: job.id } }]);
  await settle(database, job.id, { kind: 'canceled' });
  const rest = await feed.events(principal, { ...PLAIN, after: answer.next });
  expect(rest.events).toMatchObject([{ type: 'job.ended.canceled', job: { state: 'canceled' } }]);
});

test('whoever wants some events is told none of the others, and passes them', async () => {
  const { principal } = database.workspace;
  const feed = feedWith();
  const wants = ({ type }: { type: string }): boolean => type.startsWith('job.ended.');
  const { next } = await feed.events(principal, PLAIN);
  const ids: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    const { id } = await createdJob(database, newJob(database.workspace));
    await settle(database, id, { kind: 'canceled' });
    ids.push(id);
  }
  const told: string[] = [];
  let after = next;
  for (let hasMore = true; hasMore;) {
    const page = await feed.events(principal, { ...PLAIN, after, wants, limit: 1 });
    told.push(...page.events.map(({ job }) => job.id));
    ({ next: after, hasMore } = page);
  }
  expect(told).toEqual(ids);
});

test.each<[what: string, after: () => string, says: RegExp]>([
  [
    'older than events are kept',
    () => placeBefore(2n, Date.now() - 91 * DAY),
    /retention\.eventsMs/,
  ],
  [
    'of another database',
    () => placeBefore(4_000_000_000n, Date.now()),
    /no place of this database/,
  ],
])('a place that is %s is refused by name', async (_what, after, says) => {
  const { principal } = database.workspace;
  const query = { ...PLAIN, after: after() };
  const refused = { code: 'invalid_request', param: 'after', message: expect.stringMatching(says) };
  await expect(feedWith().events(principal, query)).rejects.toMatchObject(refused);
  await expect(feedWith().followAll(principal, query)).rejects.toMatchObject(refused);
});

test.each([0, null])(
  'no place is too old where events are kept for ever (%p)',
  async (eventsMs) => {
    const after = placeBefore(2n, Date.now() - 900 * DAY);
    const feed = feedWith({ eventsMs });
    const page = await feed.events(database.workspace.principal, { ...PLAIN, after });
    expect(page.events.length).toBeGreaterThan(0);
  },
);

test('a poll that waits takes the place of a stream and gives it back; one that does not takes none', async () => {
  const { principal } = database.workspace;
  const feed = feedWith({ streams: 1 });
  const leaving = new AbortController();
  const { next: after } = await feed.events(principal, PLAIN);
  await feed.followAll(principal, { after, signal: leaving.signal });
  const full = { code: 'unavailable' };
  await expect(feed.events(principal, { ...PLAIN, after, waitMs: 1 })).rejects.toMatchObject(full);
  await expect(feed.followAll(principal, { after, signal: never })).rejects.toMatchObject(full);
  expect((await feed.events(principal, { ...PLAIN, after })).events).toEqual([]);
  leaving.abort();
  for (let index = 0; index < 2; index += 1) {
    const page = await feed.events(principal, { ...PLAIN, after, waitMs: 1 });
    expect(page.events).toEqual([]);
  }
});

test('a deleted job is not told', async () => {
  const { principal } = database.workspace;
  const feed = feedWith();
  const { next: after } = await feed.events(principal, PLAIN);
  const job = await createdJob(database, newJob(database.workspace));
  await settle(database, job.id, { kind: 'canceled' });
  await database.store.jobs.markDeleted(database.workspace.id, job.id, Date.now());
  expect((await feed.events(principal, { ...PLAIN, after })).events).toEqual([]);
});

test('a stream that is aborted says that it is closing', async () => {
  const leaving = new AbortController();
  const query = { after: undefined, signal: leaving.signal };
  const kinds: string[] = [];
  for await (const { kind } of await feedWith().followAll(database.workspace.principal, query)) {
    kinds.push(kind);
    if (kind === 'place') leaving.abort();
  }
  expect(kinds).toEqual(['opened', 'place', 'closing']);
});

test('streams at one place read what is told to them once for all, and each is told all of it', async () => {
  const { principal } = database.workspace;
  const pages = jest.spyOn(database.store.changes.feed, 'page');
  const around = jest.spyOn(database.store.changes.feed, 'surroundings');
  let opened = 0;
  // Each comes at another moment.
  const feed = feedWith({ streams: 50, now: () => Date.now() + (opened += 1) });
  const streams = await Promise.all(
    Array.from({ length: 50 }, () =>
      feed.followAll(principal, { after: undefined, signal: new AbortController().signal }),
    ),
  );
  let waiting = 0;
  const read = async (told: AsyncIterable<FeedTold>): Promise<string> => {
    for await (const one of told) {
      if (one.kind === 'event') return `${one.type} ${one.job.id}`;
      if (one.kind !== 'place') continue;
      waiting += 1;
      if (waiting === streams.length) setImmediate(() => void create());
    }
    return 'nothing';
  };
  const job = newJob(database.workspace);
  const create = async () => {
    // All are asked about in one question by now, or are at its answer.
    pages.mockClear();
    around.mockClear();
    await createdJob(database, job);
  };
  const told = await Promise.all(streams.map(read));
  expect(new Set(told)).toEqual(new Set([`job.created ${job.id}`]));
  expect(pages.mock.calls.length).toBeLessThan(5);
  expect(around.mock.calls.length).toBeLessThan(5);
  jest.restoreAllMocks();
});
