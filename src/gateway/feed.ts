import type { Principal } from '../core/api/principal';
import { invalid } from '../core/errors';
import { positionOf, timeOf, type Place } from '../core/job/place';
import type { Feed, FeedAnswer, FeedEvent, FeedQuery, FeedTold } from '../core/ports/gateway/feed';
import type { FeedPage, FeedRow, FeedStore } from '../core/ports/store/feed';
import type { Retention } from '../core/settings/retention';
import type { GatewayDeps } from './deps';
import { untilClosed, type OpenStream, type OpenStreams } from './open-streams';
import { withQueue } from './queue';
import { askAlone, shareQuestions, type Ask } from './shared-questions';

type FeedDeps = Pick<GatewayDeps, 'store' | 'caps' | 'waits' | 'now'> & {
  retention: Pick<Retention, 'eventsMs'>;
};
type PageQuery = Pick<FeedQuery, 'after' | 'wants'> & { limit: number };

/**
 * How a page is read. Streams of a workspace that are at the same place, as all are that have nothing to catch up on, are
 * woken together and share each question; whoever asks for a page asks alone and reads what he has just written.
 */
interface Reading {
  rows: Ask<RowsOfPage>;
  surrounded: Ask<FeedEvent[]>;
}

const ALONE: Reading = { rows: askAlone, surrounded: askAlone };

/** Rows that are read at once where a reader wants some of them only. */
const ROWS_SIFTED = 200;
/** Events that a stream reads at once. */
const ROWS_STREAMED = 50;

/** Makes the feeds of workspaces; all that wait in this process share one question to the database. */
export function createFeed(deps: FeedDeps, streams: OpenStreams): Feed {
  const together: Reading = { rows: shareQuestions(), surrounded: shareQuestions() };
  return {
    async followAll(principal, query) {
      const first = await pageOf(deps, principal, { ...query, limit: ROWS_STREAMED });
      const stream = streams.open(principal, query.signal);
      return untilClosed(
        tell(deps, principal, { ...query, first, stream, reading: together }),
        stream,
      );
    },
    async events(principal, { waitMs, ...query }) {
      const page = await pageOf(deps, principal, query);
      if (page.events.length > 0 || waitMs === 0) return page;
      const { signal, close } = streams.open(principal, query.signal);
      try {
        return await waited(deps, principal, {
          ...query,
          signal,
          page,
          until: deps.now() + waitMs,
        });
      } finally {
        close();
      }
    },
  };
}

async function waited(
  deps: FeedDeps,
  principal: Principal,
  {
    page: first,
    until,
    signal,
    ...query
  }: FeedQuery & PageQuery & { page: FeedAnswer; until: number },
): Promise<FeedAnswer> {
  let page = first;
  for (;;) {
    const left = until - deps.now();
    if (page.events.length > 0 || left <= 0 || signal.aborted) return page;
    const { next: after, hasMore } = page;
    // What waits behind rows that this reader does not want is there already.
    const moved = hasMore || (await hasMoved(deps, principal, { after, ms: left, signal }));
    if (!moved || signal.aborted) return page;
    page = await pageOf(deps, principal, { ...query, after });
  }
}

const hasMoved = (
  { store }: Pick<FeedDeps, 'store'>,
  { workspaceId }: Principal,
  { after, ms, signal }: { after: Place; ms: number; signal: AbortSignal },
): Promise<boolean> => store.changes.feed.moved(workspaceId, after, ms, signal);

async function* tell(
  deps: FeedDeps,
  principal: Principal,
  {
    signal,
    wants,
    first,
    stream,
    reading,
  }: FeedQuery & { first: FeedAnswer; stream: OpenStream; reading: Reading },
): AsyncGenerator<FeedTold> {
  const { eventRetryMs, eventBeatMs: ms } = deps.waits;
  yield { kind: 'opened', retryMs: eventRetryMs };
  let page = first;
  while (!signal.aborted) {
    for (const event of page.events) yield { kind: 'event', ...event };
    // The place of a reader who is told nothing moves on too, or it would become older than what is kept.
    yield { kind: 'place', place: page.next };
    const after = page.next;
    const { signal: ending } = stream;
    const moved = page.hasMore || (await hasMoved(deps, principal, { after, ms, signal: ending }));
    if (signal.aborted) break;
    if (ending.aborted) return;
    if (!moved) yield { kind: 'beat' };
    page = await pageOf(deps, principal, { after, wants, limit: ROWS_STREAMED }, reading);
  }
  yield { kind: 'closing' };
}

async function pageOf(
  deps: FeedDeps,
  { workspaceId }: Principal,
  { after, wants, limit }: PageQuery,
  reading = ALONE,
): Promise<FeedAnswer> {
  const now = deps.now();
  checkAge(after, deps.retention.eventsMs, now);
  const rowsMax = wants ? Math.max(limit, ROWS_SIFTED) : limit;
  const from = after === undefined ? '' : positionOf(after);
  const page = await reading.rows(`${workspaceId} ${from} ${String(rowsMax)}`, () =>
    rowsOf(deps, workspaceId, { after, limit: rowsMax, now }),
  );
  const wanted = wants ? page.told.filter(wants) : page.told;
  const taken = wanted.slice(0, limit);
  const places = taken.map(({ place }) => place).join(' ');
  const events = await reading.surrounded(places, () => surrounded(deps, taken));
  const last = wanted.length > limit ? wanted[limit - 1] : undefined;
  return last
    ? { events, next: last.place, hasMore: true }
    : { events, next: page.next, hasMore: page.hasMore };
}

/** What was told since an older place may be deleted by now, so a reader must not believe that it has all. */
function checkAge(after: Place | undefined, keptMs: number | null, now: number): void {
  const at = after === undefined ? undefined : timeOf(after);
  if (at === undefined || keptMs === null || keptMs === 0 || now - at <= keptMs) return;
  throw invalid(
    'after',
    'is older than events are kept here (retention.eventsMs): read the videos themselves, and go on ' +
      'without it, which is from now, or from 0-0, which is the oldest event that is kept',
  );
}

type RowOfJob = Pick<FeedEvent, 'place' | 'type' | 'job'>;

interface RowsOfPage extends Pick<FeedPage, 'next' | 'hasMore'> {
  told: RowOfJob[];
}

async function rowsOf(
  deps: Pick<FeedDeps, 'store'>,
  workspaceId: string,
  query: Parameters<FeedStore['page']>[1],
): Promise<RowsOfPage> {
  const page = await deps.store.changes.feed.page(workspaceId, query);
  if (!page) throw invalid('after', 'is no place of this database, which has not counted so far');
  return { ...page, told: await withJobs(deps, workspaceId, page.rows) };
}

/** Finds the job of each row. The rows were read first: a job is as new as each of them. */
async function withJobs(
  { store }: Pick<FeedDeps, 'store'>,
  workspaceId: string,
  rows: readonly FeedRow[],
): Promise<RowOfJob[]> {
  if (rows.length === 0) return [];
  const jobs = await store.jobs.several(workspaceId, [...new Set(rows.map(({ jobId }) => jobId))]);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  return rows.flatMap(({ place, type, jobId }) => {
    const job = byId.get(jobId);
    return job ? [{ place, type, job }] : [];
  });
}

/** Adds what is known beside the jobs, once for each; a row whose job was deleted since is not told. */
async function surrounded(deps: FeedDeps, rows: readonly RowOfJob[]): Promise<FeedEvent[]> {
  if (rows.length === 0) return [];
  const jobs = [...new Map(rows.map(({ job }) => [job.id, job])).values()];
  const shown = await Promise.all(jobs.map((job) => withQueue(deps, job)));
  const byId = new Map(shown.map((job) => [job.id, job]));
  const surroundings = await deps.store.changes.feed.surroundings([...byId.keys()]);
  return rows.flatMap((row) => {
    const job = byId.get(row.job.id);
    const around = surroundings.get(row.job.id);
    return job && around ? [{ ...row, job, ...around }] : [];
  });
}
