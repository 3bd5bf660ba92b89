import type { Pool } from 'pg';
import { comparePlaces, placeBefore, rowOf, transactionOf } from '../../core/job/place';
import type { Place } from '../../core/job/place';
import type { FeedPage, FeedRow, FeedStore, Surroundings } from '../../core/ports/store/feed';
import { attemptsTold, deliveriesTold } from './timeline';

/** Makes what reads the events of a workspace; who waits for them is elsewhere. */
export function createFeedReader(pool: Pool): Pick<FeedStore, 'page' | 'surroundings'> {
  return {
    async page(workspaceId, { after, limit, now }) {
      // A number that PostgreSQL has no type for is of no database at all.
      if (after !== undefined && transactionOf(after) > TRANSACTION_MAX) return undefined;
      const from = after === undefined ? [null, null] : [transactionOf(after), rowOf(after)];
      const values = [workspaceId, ...from.map((one) => one?.toString() ?? null), limit + 1];
      const { rows } = await pool.query<PageRow>(SELECT_PAGE, values);
      const [{ oldest_open, next_new, told }] = rows as [PageRow];
      if (after !== undefined && transactionOf(after) > BigInt(next_new)) return undefined;
      return pageOf(told, { after, limit, end: placeBefore(BigInt(oldest_open), now) });
    },
    async surroundings(jobIds) {
      const { rows } = await pool.query<Surroundings & { id: string }>(SELECT_SURROUNDINGS, [
        [...jobIds],
      ]);
      return new Map(rows.map(({ id, attempts, deliveries }) => [id, { attempts, deliveries }]));
    },
  };
}

const TRANSACTION_MAX = 2n ** 64n - 1n;

/** The one row of the answer, which is there also where nothing is told. */
interface PageRow {
  oldest_open: string;
  next_new: string;
  told: (FeedRow & { is_after_end: boolean })[];
}

function pageOf(
  told: PageRow['told'],
  { after, limit, end }: { after: Place | undefined; limit: number; end: Place },
): FeedPage {
  const read = told.slice(0, limit);
  const hasMore = told.length > limit;
  const last = read.at(-1)?.place ?? after;
  // Who has all that there is stands where the feed is, but never before a row that he has.
  const next = hasMore && last !== undefined ? last : laterOf(last, end);
  const rows = read
    .filter((row) => !row.is_after_end)
    .map(({ place, type, jobId }) => ({ place, type, jobId }));
  return { rows, next, hasMore };
}

const laterOf = (one: Place | undefined, other: Place): Place =>
  one !== undefined && comparePlaces(one, other) > 0 ? one : other;

/**
 * Both halves go by the index of the feed. The first has the rows from before places were written, and those restored from
 * the dump of a server that counted further: they stand before all others.
 */
const SELECT_PAGE = `
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS oldest_open,
         pg_snapshot_xmax(pg_current_snapshot())::text AS next_new,
    (SELECT coalesce(json_agg(json_build_object(
              'place', transaction || '-' || replace(id::text, '-', ''), 'type', type, 'jobId', job_id,
              'is_after_end', EXISTS (
                SELECT 1 FROM events AS ending WHERE ending.job_id = told.job_id AND ending.type LIKE 'job.ended.%'
                 AND (CASE WHEN ending.written_in < pg_snapshot_xmax(pg_current_snapshot())
                           THEN ending.written_in ELSE '0' END, ending.id) < (transaction, told.id)))
              ORDER BY transaction, id), '[]')
     FROM (
       (SELECT '0'::xid8 AS transaction, id, job_id, type FROM events
        WHERE workspace_id = $1 AND $2::xid8 = '0' AND id > $3::uuid
          AND (written_in IS NULL OR written_in >= pg_snapshot_xmax(pg_current_snapshot()))
        ORDER BY id LIMIT $4)
       UNION ALL
       (SELECT written_in, id, job_id, type FROM events
        WHERE workspace_id = $1 AND (written_in, id) > ($2::xid8, $3::uuid)
          AND written_in < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY written_in, id LIMIT $4)
       ORDER BY transaction, id LIMIT $4) AS told) AS told`;

const SELECT_SURROUNDINGS = `
  SELECT jobs.id, (${attemptsTold('jobs.id')}) AS attempts, (${deliveriesTold('jobs.id')}) AS deliveries
  FROM jobs WHERE jobs.id = ANY($1::uuid[])`;
