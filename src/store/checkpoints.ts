import { sql } from 'drizzle-orm';
import { waitFor } from '../host/wait';
import type { Database } from './database';
import { ledger, ledgerCheckpoints } from './schema';

/**
 * Checkpoints sum the ledger up to an entry, so that a balance is one row and the entries after it. The ledger stays
 * the only truth.
 *
 * Ids are given out before their transactions commit, so an entry may appear below one that is visible already. A
 * checkpoint therefore goes up to an id below which nothing can appear any more: every transaction that writes to the
 * ledger holds a row lock on the table from before it draws its id until its end, and the function waits until those
 * that held one when it had read the last id have ended. Who comes later draws a larger id.
 */
export async function checkpoint(db: Database, now: Date): Promise<number> {
  const upTo = await lastDecided(db);
  if (upTo === undefined) return 0;
  return db.transaction(async (tx) => {
    const lock = await tx.execute<{ taken: boolean }>(
      sql`SELECT pg_try_advisory_xact_lock(${LOCK}) AS taken`,
    );
    // Another sweep is at it.
    if (!lock.rows[0]?.taken) return 0;
    const from = sql`(SELECT coalesce(max(up_to), 0) FROM ${ledgerCheckpoints})`;
    const moved = await tx.execute(sql`
      WITH entries AS (
        SELECT workspace_id, key_id, available, held, spent FROM ${ledger}
        WHERE id > ${from} AND id <= ${upTo}),
      sums AS (
        SELECT workspace_id AS owner_id, sum(available) AS available, sum(held) AS held, sum(spent) AS spent
        FROM entries GROUP BY 1
        UNION ALL SELECT key_id, sum(available), sum(held), sum(spent)
        FROM entries WHERE key_id IS NOT NULL GROUP BY 1)
      INSERT INTO ${ledgerCheckpoints} AS c (owner_id, up_to, available, held, spent, at)
      SELECT owner_id, ${upTo}, available, held, spent, ${now}::timestamptz FROM sums
      ON CONFLICT (owner_id) DO UPDATE SET up_to = excluded.up_to, at = excluded.at,
        available = c.available + excluded.available, held = c.held + excluded.held, spent = c.spent + excluded.spent`);
    return moved.rowCount ?? 0;
  });
}

/** Any constant of our own; one process moves the checkpoints at a time. */
const LOCK = 7_233_019;
/** So many entries are summed by one sweep at most; the rest is the next one's. */
const ENTRIES_MAX = 200_000;
const POLL_MS = 10;
/** A transaction that takes longer is waited for by the next sweep. */
const WAIT_MS = 5_000;

/** The function returns the largest id up to which every entry is committed or never will be; undefined = no news. */
async function lastDecided(db: Database): Promise<string | undefined> {
  const { rows } = await db.execute<{ last: string | null }>(sql`
    SELECT max(id)::text AS last FROM (
      SELECT id FROM ${ledger} WHERE id > (SELECT coalesce(max(up_to), 0) FROM ${ledgerCheckpoints})
      ORDER BY id LIMIT ${ENTRIES_MAX}) AS next`);
  const last = rows[0]?.last;
  if (!last) return undefined;
  const before = await writers(db);
  const haveEnded = async (): Promise<true | undefined> => {
    const now = before.size === 0 ? before : await writers(db);
    return [...before].every((transaction) => !now.has(transaction)) || undefined;
  };
  return (await waitFor(haveEnded, { timeoutMs: WAIT_MS, everyMs: POLL_MS })) && last;
}

/** Transactions that may have drawn an id, by the server's own name for each, such as `12/4711`. */
async function writers(db: Database): Promise<Set<string>> {
  const { rows } = await db.execute<{ name: string }>(sql`
    SELECT virtualtransaction AS name FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'ledger'::regclass AND mode = 'RowExclusiveLock' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  return new Set(rows.map(({ name }) => name));
}
