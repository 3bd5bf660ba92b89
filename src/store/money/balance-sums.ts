import { sql } from 'drizzle-orm';
import type { Transaction } from '../base/database';
import { ledger, ledgerCheckpoints } from '../schema';

/**
 * Entries of the ledger after `from`, up to and with `upTo`. Both are values, so that a statement is planned for so few:
 * of a subquery the planner would expect a third of the ledger.
 */
export interface Stretch {
  from: string;
  upTo: string;
  /** The moment that is noted beside the sums. */
  now: Date;
}

/** Adds these entries to the checkpoints of their workspaces and keys, and returns how many they were. */
export async function sumBalances(tx: Transaction, { from, upTo, now }: Stretch): Promise<number> {
  const { rows } = await tx.execute<{ entries: number }>(sql`
    WITH entries AS (
      SELECT workspace_id, key_id, available, held, spent FROM ${ledger}
      WHERE id > ${from}::bigint AND id <= ${upTo}::bigint),
    sums AS (
      SELECT workspace_id AS owner_id, sum(available) AS available, sum(held) AS held, sum(spent) AS spent
      FROM entries GROUP BY 1
      UNION ALL SELECT key_id, sum(available), sum(held), sum(spent)
      FROM entries WHERE key_id IS NOT NULL GROUP BY 1),
    moved AS (
      INSERT INTO ${ledgerCheckpoints} AS c (owner_id, up_to, available, held, spent, at)
      SELECT owner_id, ${upTo}::bigint, available, held, spent, ${now}::timestamptz FROM sums
      ON CONFLICT (owner_id) DO UPDATE SET up_to = excluded.up_to, at = excluded.at,
        available = c.available + excluded.available, held = c.held + excluded.held, spent = c.spent + excluded.spent)
    SELECT count(*)::int AS entries FROM entries`);
  return rows[0]?.entries ?? 0;
}
