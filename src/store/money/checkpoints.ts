import { sql } from 'drizzle-orm';
import { waitFor } from '../../host/wait';
import { sumBalances } from './balance-sums';
import { sumDays } from './day-sums';
import type { Database, Transaction } from '../base/database';
import { ledger, ledgerCheckpoints, ledgerDaysCheckpoint, usageCheckpoint } from '../schema';
import { sumUsage } from './usage-sums';

/**
 * Checkpoints sum the ledger up to an entry, so that a balance is one row and the entries after it; usage is summed up
 * to an entry of the same ledger, since each end of a hold is written in one statement with its job's usage. Ledger and
 * usage stay the only truth.
 *
 * Ids are given out before their transactions commit, so an entry may appear below one that is visible already. A
 * checkpoint therefore goes up to an id below which nothing can appear any more: every transaction that writes to the
 * ledger holds a row lock on the table from before it draws its id until its end, and the function waits until those
 * that held one when it had read the last id have ended. Who comes later draws a larger id.
 */
export async function checkpoint(db: Database, now: Date, limit: number): Promise<number> {
  const next = await nextOf(db, limit);
  if (!next.balances && !next.usage && !next.days) return 0;
  if (!(await writersHaveEnded(db))) return 0;
  return db.transaction(async (tx) => {
    const lock = await tx.execute<{ taken: boolean }>(
      sql`SELECT pg_try_advisory_xact_lock(${LOCK}) AS taken`,
    );
    // Another sweep is at it.
    if (!lock.rows[0]?.taken) return 0;
    const from = await passed(tx);
    const summed = [
      next.balances ? await sumBalances(tx, { from: from.balances, upTo: next.balances, now }) : 0,
      next.usage ? await sumUsage(tx, { from: from.usage, upTo: next.usage, now }) : 0,
      next.days ? await sumDays(tx, { from: from.days, upTo: next.days, now }) : 0,
    ];
    return Math.max(...summed);
  });
}

/** Any constant of our own; one process moves the checkpoints at a time. */
const LOCK = 7_233_019;
const POLL_MS = 10;
/** A transaction that takes longer is waited for by the next sweep. */
const WAIT_MS = 5_000;

/** Ids of entries, one for each that is summed. A migrated database has usage and days to sum from the first on. */
type Entries<Id> = { balances: Id; usage: Id; days: Id };

const BALANCES = sql`(SELECT coalesce(max(up_to), 0) FROM ${ledgerCheckpoints})`;
const USAGE = sql`(SELECT up_to FROM ${usageCheckpoint})`;

const DAYS = sql`(SELECT up_to FROM ${ledgerDaysCheckpoint})`;

/** Up to where each is summed. */
async function passed(tx: Transaction): Promise<Entries<string>> {
  const { rows } = await tx.execute<Entries<string>>(
    sql`SELECT ${BALANCES}::text AS balances, ${USAGE}::text AS usage, ${DAYS}::text AS days`,
  );
  const [found] = rows;
  if (!found) throw new Error('a SELECT without FROM gave no row');
  return found;
}

/** Up to where each may be summed next; null = there is nothing new. */
async function nextOf(db: Database, limit: number): Promise<Entries<string | null>> {
  const last = (from: typeof BALANCES) => sql`
    (SELECT max(id)::text FROM (
      SELECT id FROM ${ledger} WHERE id > ${from} ORDER BY id LIMIT ${limit}) AS next)`;
  const { rows } = await db.execute<Entries<string | null>>(
    sql`SELECT ${last(BALANCES)} AS balances, ${last(USAGE)} AS usage, ${last(DAYS)} AS days`,
  );
  return rows[0] ?? { balances: null, usage: null, days: null };
}

/** Waits until every transaction that may have drawn an id by now has ended; false when one takes too long. */
async function writersHaveEnded(db: Database): Promise<boolean> {
  const before = await writers(db);
  const haveEnded = async (): Promise<true | undefined> => {
    const now = before.size === 0 ? before : await writers(db);
    return [...before].every((transaction) => !now.has(transaction)) || undefined;
  };
  return (await waitFor(haveEnded, { timeoutMs: WAIT_MS, everyMs: POLL_MS })) ?? false;
}

/** Transactions that may have drawn an id, by the server's own name for each, such as `12/4711`. */
async function writers(db: Database): Promise<Set<string>> {
  const { rows } = await db.execute<{ name: string }>(sql`
    SELECT virtualtransaction AS name FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'ledger'::regclass AND mode = 'RowExclusiveLock' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  return new Set(rows.map(({ name }) => name));
}
