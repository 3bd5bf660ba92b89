import { pino } from 'pino';
import type { Principal } from '../../src/core/api/principal';
import type { Job } from '../../src/core/job/job';
import type { KeyStore } from '../../src/core/ports/store/keys';
import { defaultsOf } from '../../src/core/settings/setting';
import { WAITS } from '../../src/core/settings/waits';
import { NO_CAPS } from '../../src/core/slots/caps';
import { createFeed } from '../../src/gateway/feed';
import { createCredentialWatch } from '../../src/gateway/credential-watch';
import { createLive } from '../../src/gateway/live';
import { createOpenStreams } from '../../src/gateway/open-streams';
import { createdJob, newJob, PRICE, useTestDatabase } from '../support/database';

/** What ends a stream of events, or a page that waits, although nothing happens that it would tell. */

const database = useTestDatabase(PRICE * 100n);
/** No beat falls into a test: what ends a stream here is told by the watch alone. */
const BEAT_MS = 600_000;
const never = new AbortController().signal;

interface Settings {
  keys?: Pick<KeyStore, 'reading'>;
  beatMs?: number;
  places?: number;
}

/** Streams of one process over the real database; `job` is what the stream of a video follows. */
function streamsOf(job: Job, { keys, beatMs = BEAT_MS, places = 10 }: Settings = {}) {
  const logged: string[] = [];
  const deps = {
    store: database.store,
    caps: NO_CAPS,
    waits: { ...defaultsOf(WAITS), eventBeatMs: beatMs },
    retention: { eventsMs: null },
    now: Date.now,
    signEventsLink: () => 'https://gateway.example/events',
    log: pino({}, { write: (line: string) => void logged.push(line) }),
  };
  const watch = createCredentialWatch({ ...deps, store: { keys: keys ?? database.store.keys } });
  const limits = {
    eventStreams: places,
    eventStreamsPerWorkspace: places,
    eventStreamsPerKey: places,
  };
  const open = createOpenStreams(limits, watch);
  const live = createLive(deps, { get: async () => job }, open);
  const feed = createFeed(deps, open);
  return { live, feed, logged };
}

/** Reads to the end and returns what was told; `opened` is called once the reader has all that there is. */
async function read(
  told: AsyncIterable<{ kind: string }> | undefined,
  opened: () => void = () => undefined,
): Promise<string[]> {
  const kinds: string[] = [];
  for await (const { kind } of told ?? []) {
    kinds.push(kind);
    if (kind === 'state' || kind === 'place') opened();
  }
  return kinds;
}

const WAYS = {
  'a stream of a video': async ({ live }, principal, job, opened) => {
    const told = await live.follow(principal, job.id, { after: undefined, signal: never });
    expect(await read(told, opened)).toEqual(['opened', 'state']);
  },
  'a stream of a workspace': async ({ feed }, principal, _job, opened) => {
    const told = await feed.followAll(principal, { after: undefined, signal: never });
    expect(await read(told, opened)).toEqual(['opened', 'place']);
  },
  'a page that waits': async ({ feed }, principal, _job, opened) => {
    const query = { after: undefined, limit: 20, waitMs: BEAT_MS, signal: never };
    const page = feed.events(principal, query);
    opened();
    expect((await page).events).toEqual([]);
  },
} satisfies Record<
  string,
  (
    streams: ReturnType<typeof streamsOf>,
    principal: Principal,
    job: Job,
    opened: () => void,
  ) => Promise<void>
>;

const ENDS: Record<string, string> = {
  'its key may not read any more': `UPDATE keys SET scopes = '{generate}' WHERE id = $1`,
  'its key is revoked': 'UPDATE keys SET revoked_at = now() WHERE id = $1',
  'its key expires': `UPDATE keys SET expires_at = now() - interval '1 second' WHERE id = $1`,
  'its secret is rotated away': `UPDATE key_secrets SET expires_at = now() - interval '1 second' WHERE key_id = $1`,
  'its workspace is disabled':
    'UPDATE workspaces SET disabled_at = now() WHERE id = (SELECT workspace_id FROM keys WHERE id = $1)',
};

const CASES = Object.keys(WAYS).flatMap((way) => Object.keys(ENDS).map((end) => [way, end]));

test.each(CASES as [keyof typeof WAYS, string][])('%s ends when %s', async (way, end) => {
  const workspace = await database.makeWorkspace(PRICE);
  const job = await createdJob(database, newJob(workspace));
  const streams = streamsOf(job);
  await WAYS[way](streams, workspace.principal, job, () => {
    void database.sql(ENDS[end] ?? '', [workspace.principal.keyId]);
  });
  expect(streams.logged).toEqual([]);
});

test.each(Object.keys(WAYS) as (keyof typeof WAYS)[])(
  '%s ends where nobody can say any more whether its key lives, and the log tells why',
  async (way) => {
    const job = await createdJob(database, newJob(database.workspace));
    const reading = () => Promise.reject(new Error('the database is away'));
    const streams = streamsOf(job, { keys: { reading }, beatMs: 1 });
    const { principal } = database.workspace;
    const told = { signal: never, after: undefined };
    if (way === 'a page that waits') {
      await streams.feed.events(principal, { ...told, limit: 20, waitMs: BEAT_MS });
    } else if (way === 'a stream of a video') {
      await read(await streams.live.follow(principal, job.id, told));
    } else await read(await streams.feed.followAll(principal, told));
    expect(streams.logged.join()).toContain('could not be looked up');
  },
);

/** What a stream may be opened with that ends by itself: its first moments, and no more. */
const ENDING = ['an access token', 'a signed link'] as const;
const TOKENS_MS = 50;
const LINK: Omit<Principal, 'workspaceId'> = {
  keyId: null,
  group: '',
  models: [],
  scopes: ['read'],
};

test.each(
  Object.keys(WAYS).flatMap((way) => ENDING.map((what) => [way, what])) as [
    keyof typeof WAYS,
    (typeof ENDING)[number],
  ][],
)('%s ends with %s that it was opened with, although the key lives', async (way, what) => {
  const { principal } = database.workspace;
  const job = await createdJob(database, newJob(database.workspace));
  const endsAt = Date.now() + TOKENS_MS;
  const credential =
    what === 'a signed link'
      ? { ...LINK, workspaceId: principal.workspaceId, endsAt }
      : { ...principal, endsAt };
  await WAYS[way](streamsOf(job), credential, job, () => undefined);
  expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
});

test('a stream of a video ends when the video is deleted', async () => {
  const job = await createdJob(database, newJob(database.workspace));
  const { live } = streamsOf(job);
  const { principal } = database.workspace;
  const told = await live.follow(principal, job.id, { after: undefined, signal: never });
  const kinds = await read(told, () => {
    // One that ends and is deleted at once, so that nobody was told of the end.
    void database.sql('UPDATE jobs SET deleted_at = now() WHERE id = $1', [job.id]);
  });
  expect(kinds).toEqual(['opened', 'state']);
});

test('whoever has left before the stream was counted takes no place', async () => {
  const job = await createdJob(database, newJob(database.workspace));
  const { live, feed } = streamsOf(job, { places: 1 });
  const { principal } = database.workspace;
  const left = { after: undefined, signal: AbortSignal.abort() };
  for (let index = 0; index < 3; index += 1) {
    await live.follow(principal, job.id, left);
    await feed.followAll(principal, left);
  }
});
