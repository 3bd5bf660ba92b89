import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Figures, FigureStore, Waiting } from '../../core/ports/store/figures';
import type { Database } from '../base/database';
import { isUnstarted } from '../jobs/starts';
import { deliveries, jobs, keeps, ledger, ledgerCheckpoints, usageCheckpoint } from '../schema';

/**
 * Reads the figures of the whole installation in one statement. Each part reads a partial index of what is open
 * (`jobs_open`, `jobs_unstarted`, `deliveries_pending`, `keeps_open`, `keeps_gave_up`, `jobs_in_review`), and the ledger
 * by its key: what has ended costs nothing, so an installation with a million finished jobs answers as a new one does.
 */
export function figureStore(db: Database): FigureStore {
  return {
    async read() {
      const { rows } = await db.execute<FigureRow>(FIGURES);
      return toFigures(rows);
    },
  };
}

/** A row of the statement: what it counts, and for open jobs their state and channel. */
interface FigureRow extends Record<string, unknown> {
  part: 'jobs' | 'unstarted' | 'deliveries' | 'copies' | 'given_up' | 'review' | 'ledger';
  state: string | null;
  channel: string | null;
  count: number;
  /** Unix seconds. */
  oldest: number | null;
}

const part = (name: FigureRow['part'], oldest: SQL, from: SQL): SQL => sql`
  SELECT ${sql.raw(`'${name}'`)} AS part, NULL AS state, NULL AS channel, count(*)::int AS count,
    extract(epoch FROM ${oldest})::float8 AS oldest FROM ${from}`;

const NO_TIME = sql`NULL::timestamptz`;
const FIRST_UNCOVERED = sql`
  (SELECT at FROM ${ledger} WHERE id > least(
    (SELECT coalesce(max(up_to), 0) FROM ${ledgerCheckpoints}), (SELECT up_to FROM ${usageCheckpoint}))
  ORDER BY id LIMIT 1) AS uncovered`;

const FIGURES = sql`
  SELECT 'jobs' AS part, state, channel, count(*)::int AS count,
    extract(epoch FROM min(created_at))::float8 AS oldest
  FROM ${jobs} WHERE ${isNull(jobs.finishedAt)} GROUP BY state, channel
  UNION ALL ${part('unstarted', sql`min(created_at)`, sql`${jobs} WHERE ${isUnstarted}`)}
  UNION ALL ${part('deliveries', sql`min(created_at)`, sql`${deliveries} WHERE ${eq(deliveries.state, sql.raw(`'pending'`))}`)}
  UNION ALL ${part('copies', sql`min(created_at)`, sql`${keeps} WHERE ${and(isNull(keeps.finishedAt), isNull(keeps.gaveUpAt))}`)}
  UNION ALL ${part('given_up', NO_TIME, sql`${keeps} WHERE ${isNotNull(keeps.gaveUpAt)}`)}
  UNION ALL ${part('review', NO_TIME, sql`${jobs} WHERE ${isNotNull(jobs.review)}`)}
  UNION ALL ${part('ledger', sql`min(at)`, FIRST_UNCOVERED)}`;

function toFigures(rows: readonly FigureRow[]): Figures {
  const waiting = (name: FigureRow['part']): Waiting => {
    const row = rows.find((one) => one.part === name);
    return { count: row?.count ?? 0, oldestAt: msOf(row?.oldest ?? null) };
  };
  const open = rows.filter((row) => row.part === 'jobs');
  return {
    jobs: open.map(({ state, channel, count, oldest }) => ({
      state: state ?? '',
      channel: channel ?? '',
      count,
      oldestAt: msOf(oldest),
    })),
    unstarted: waiting('unstarted'),
    deliveries: waiting('deliveries'),
    copies: waiting('copies'),
    copiesGivenUp: waiting('given_up').count,
    inReview: waiting('review').count,
    ledgerUncoveredAt: waiting('ledger').oldestAt,
  };
}

const msOf = (seconds: number | null): number | undefined =>
  seconds === null ? undefined : seconds * 1_000;
