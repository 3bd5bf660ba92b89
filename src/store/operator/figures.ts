import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { breakerState } from '../../core/health/breaker';
import { LEDGER_CHECKS } from '../../core/money/ledger-check';
import type { Figures, FigureStore, Waiting } from '../../core/ports/store/figures';
import type { Database } from '../base/database';
import { isUnstarted } from '../jobs/starts';
import {
  channelHealth,
  deliveries,
  jobs,
  keeps,
  ledger,
  ledgerCheck,
  ledgerCheckpoints,
  ledgerDaysCheckpoint,
  slots,
  usageCheckpoint,
} from '../schema';

/**
 * Reads the figures of the whole installation in one statement. Each part reads a partial index of what is open
 * (`jobs_open`, `jobs_unstarted`, `deliveries_pending`, `keeps_open`, `keeps_gave_up`, `jobs_in_review`), the ledger is
 * read by its key, and `slots` and `channel_health` hold nothing that has ended. So an installation with a million
 * finished jobs answers as a new one does.
 */
export function figureStore(db: Database): FigureStore {
  return {
    async read(now) {
      const { rows } = await db.execute<FigureRow>(FIGURES);
      return toFigures(rows, now);
    },
  };
}

/** A row of the statement: what it counts, and for jobs and channels which of them. */
interface FigureRow extends Record<string, unknown> {
  part: Total | Labelled;
  /** The state of jobs; of a fault the check that found it. */
  state: string | null;
  channel: string | null;
  group: string | null;
  count: number;
  /** Unix seconds; of a breaker the end of its pause. */
  oldest: number | null;
}

type Total = 'unstarted' | 'deliveries' | 'copies' | 'given_up' | 'review' | 'ledger' | 'checked';
type Labelled = 'jobs' | 'slots' | 'waiting' | 'breakers' | 'faults';

const NOBODY = sql`NULL::text`;
const counted = sql`count(*)::int AS count`;
const named = (name: FigureRow['part']): SQL => sql`${sql.raw(`'${name}'`)} AS part`;
const epoch = (time: SQL): SQL => sql`extract(epoch FROM ${time})::float8 AS oldest`;

const part = (name: Total, oldest: SQL, from: SQL): SQL => sql`
  SELECT ${named(name)}, ${NOBODY} AS state, ${NOBODY} AS channel, ${NOBODY} AS "group", ${counted}, ${epoch(oldest)}
  FROM ${from}`;

const ofSlots = (name: Labelled, oldest: SQL, which: SQL): SQL => sql`
  SELECT ${named(name)}, ${NOBODY}, channel, group_name, ${counted}, ${epoch(oldest)}
  FROM ${slots} WHERE ${which} GROUP BY channel, group_name`;

const NO_TIME = sql`NULL::timestamptz`;
const FIRST_UNCOVERED = sql`
  (SELECT at FROM ${ledger} WHERE id > least(
    (SELECT coalesce(max(up_to), 0) FROM ${ledgerCheckpoints}), (SELECT up_to FROM ${usageCheckpoint}),
    (SELECT up_to FROM ${ledgerDaysCheckpoint}))
  ORDER BY id LIMIT 1) AS uncovered`;

const FIGURES = sql`
  SELECT ${named('jobs')}, state, channel, ${NOBODY} AS "group", ${counted}, ${epoch(sql`min(created_at)`)}
  FROM ${jobs} WHERE ${isNull(jobs.finishedAt)} GROUP BY state, channel
  UNION ALL ${part('unstarted', sql`min(created_at)`, sql`${jobs} WHERE ${isUnstarted}`)}
  UNION ALL ${part('deliveries', sql`min(created_at)`, sql`${deliveries} WHERE ${eq(deliveries.state, sql.raw(`'pending'`))}`)}
  UNION ALL ${part('copies', sql`min(created_at)`, sql`${keeps} WHERE ${and(isNull(keeps.finishedAt), isNull(keeps.gaveUpAt))}`)}
  UNION ALL ${part('given_up', NO_TIME, sql`${keeps} WHERE ${isNotNull(keeps.gaveUpAt)}`)}
  UNION ALL ${part('review', NO_TIME, sql`${jobs} WHERE ${isNotNull(jobs.review)}`)}
  UNION ALL ${ofSlots('slots', NO_TIME, isNotNull(slots.grantedAt))}
  UNION ALL ${ofSlots('waiting', sql`min(since)`, isNull(slots.grantedAt))}
  UNION ALL SELECT ${named('breakers')}, ${NOBODY}, channel, ${NOBODY}, 1, ${epoch(sql`open_until`)} FROM ${channelHealth}
  UNION ALL SELECT ${named('faults')}, key, ${NOBODY}, ${NOBODY}, value::int, NULL::float8
  FROM ${ledgerCheck}, jsonb_each_text(faults)
  UNION ALL ${part('checked', sql`min(ended_at)`, sql`${ledgerCheck}`)}
  UNION ALL ${part('ledger', sql`min(at)`, FIRST_UNCOVERED)}`;

function toFigures(rows: readonly FigureRow[], now: number): Figures {
  const waiting = (name: Total): Waiting => {
    const row = rows.find((one) => one.part === name);
    return { count: row?.count ?? 0, oldestAt: msOf(row?.oldest ?? null) };
  };
  const labelled = (name: Labelled) =>
    rows
      .filter((row) => row.part === name)
      .map(({ state, channel, group, count, oldest }) => ({
        state: state ?? '',
        channel: channel ?? '',
        group: group ?? '',
        count,
        oldestAt: msOf(oldest),
      }));
  return {
    jobs: labelled('jobs').map(({ group: _, ...jobs }) => jobs),
    slots: labelled('slots').map(({ channel, group, count }) => ({ channel, group, count })),
    waiting: labelled('waiting').map(({ state: _, ...line }) => line),
    breakers: labelled('breakers').map(({ channel, oldestAt: openUntil }) => ({
      channel,
      state: breakerState({ openUntil }, now),
    })),
    unstarted: waiting('unstarted'),
    deliveries: waiting('deliveries'),
    copies: waiting('copies'),
    copiesGivenUp: waiting('given_up').count,
    inReview: waiting('review').count,
    ledgerUncoveredAt: waiting('ledger').oldestAt,
    ledgerFaults: faultsOf(labelled('faults')),
    ledgerCheckedAt: waiting('checked').oldestAt,
  };
}

/** A check that found nothing has 0; the name of one that this release does not know is left out. */
const faultsOf = (rows: readonly { state: string; count: number }[]): Figures['ledgerFaults'] =>
  // Sound because these are the keys of that very table.
  Object.fromEntries(
    Object.keys(LEDGER_CHECKS).map((check) => [
      check,
      rows.find(({ state }) => state === check)?.count ?? 0,
    ]),
  ) as Figures['ledgerFaults'];

const msOf = (seconds: number | null): number | undefined =>
  seconds === null ? undefined : seconds * 1_000;
