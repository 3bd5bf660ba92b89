import { sql } from 'drizzle-orm';
import type { Transaction } from '../base/database';
import { ledger, ledgerDays, ledgerDaysCheckpoint } from '../schema';
import type { Stretch } from './balance-sums';

/**
 * Adds what these entries moved to the days on which their jobs were created, for workspaces and keys, and returns how
 * many entries they were. A job's hold says when that was, and comes before everything else of it.
 */
export async function sumDays(tx: Transaction, { from, upTo, now }: Stretch): Promise<number> {
  const { rows } = await tx.execute<{ entries: number }>(sql`
    WITH entries AS (
      SELECT workspace_id, key_id, job_id, held + spent AS used FROM ${ledger}
      WHERE id > ${from}::bigint AND id <= ${upTo}::bigint),
    dated AS (
      SELECT entries.workspace_id, entries.key_id, ${DAY_OF_HOLD} AS day, entries.used
      FROM entries JOIN ${ledger} AS hold ON hold.job_id = entries.job_id AND hold.kind = 'hold'),
    sums AS (
      SELECT workspace_id AS owner_id, day, sum(used) AS used FROM dated GROUP BY 1, 2
      UNION ALL SELECT key_id, day, sum(used) FROM dated WHERE key_id IS NOT NULL GROUP BY 1, 2),
    added AS (
      INSERT INTO ${ledgerDays} AS d (owner_id, day, used) SELECT owner_id, day, used FROM sums
      ON CONFLICT (owner_id, day) DO UPDATE SET used = d.used + excluded.used),
    moved AS (
      UPDATE ${ledgerDaysCheckpoint} SET up_to = greatest(up_to, ${upTo}::bigint), at = ${now}::timestamptz)
    SELECT count(*)::int AS entries FROM entries`);
  return rows[0]?.entries ?? 0;
}

/** The day, in UTC, of a hold that a statement calls `hold`. */
export const DAY_OF_HOLD = sql`(hold.at AT TIME ZONE 'UTC')::date`;
