import { and, asc, eq, gt, isNotNull, lte, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { createEndings, firstToFollow } from '../../core/money/endings';
import type { Ending, Endings } from '../../core/money/endings';
import type { DueTopUp } from '../../core/ports/store/ledger';
import type { Database, Transaction } from '../base/database';
import { ledger, ledgerCheckpoints } from '../schema';
import { lockedBalance } from './funds';

const expired = alias(ledger, 'expired');

/** Finds top-ups whose time is over by then and that no expire has ended, oldest first. */
export function dueTopUps(db: Database, now: Date, limit: number): Promise<DueTopUp[]> {
  return db
    .select({ id: ledger.id, workspaceId: ledger.workspaceId })
    .from(ledger)
    .where(
      and(
        isNotNull(ledger.expiresAt),
        lte(ledger.expiresAt, now),
        notExists(db.select().from(expired).where(eq(expired.entryId, ledger.id))),
      ),
    )
    .orderBy(asc(ledger.expiresAt), asc(ledger.id))
    .limit(limit);
}

/**
 * Ends what is left of that top-up, once; says whether this call did. It follows the workspace's entries from the
 * first that matters. Those that checkpoints cover are followed without a lock, since nothing is ever added among them;
 * the rest under the workspace's lock, as creates have it.
 */
export async function expire(
  db: Database,
  { id, workspaceId }: DueTopUp,
  now: Date,
): Promise<boolean> {
  const first = firstToFollow(await endingsOf(db, workspaceId));
  if (first === undefined) throw new Error(`no top-up with an end in ${workspaceId}`);
  const endings = createEndings();
  const settled = await follow(db, endings, {
    workspaceId,
    after: first - 1n,
    upTo: await coveredUpTo(db),
  });
  return db.transaction(async (tx) => {
    const { available } = await lockedBalance(tx, workspaceId);
    await follow(tx, endings, { workspaceId, after: settled, upTo: null });
    const left = endings.leftOf(id);
    const points = left < available ? left : available > 0n ? available : 0n;
    const booked = await tx
      .insert(ledger)
      .values({
        workspaceId,
        kind: 'expire',
        ...{ available: -points, held: 0n, spent: 0n },
        idempotencyKey: `expire:${String(id)}`,
        entryId: id,
        at: now,
      })
      // Another sweep was first, and booked the same.
      .onConflictDoNothing({ target: ledger.idempotencyKey });
    return booked.rowCount === 1;
  });
}

async function endingsOf(db: Database, workspaceId: string): Promise<Ending[]> {
  const rows = await db
    .select({ id: ledger.id, expiredBy: expired.id })
    .from(ledger)
    .leftJoin(expired, eq(expired.entryId, ledger.id))
    .where(and(eq(ledger.workspaceId, workspaceId), isNotNull(ledger.expiresAt)))
    .orderBy(asc(ledger.id));
  return rows;
}

async function coveredUpTo(db: Database): Promise<bigint> {
  const [row] = await db
    .select({ upTo: sql<string>`coalesce(max(${ledgerCheckpoints.upTo}), 0)::text` })
    .from(ledgerCheckpoints);
  return BigInt(row?.upTo ?? 0);
}

/** Entries that are read at once. */
const ENTRIES_AT_ONCE = 5_000;

/** Follows the entries after one, up to and with another or to the end, and returns the id after which to go on. */
async function follow(
  db: Database | Transaction,
  endings: Endings,
  { workspaceId, after, upTo }: { workspaceId: string; after: bigint; upTo: bigint | null },
): Promise<bigint> {
  let last = after;
  for (let isMore = true; isMore;) {
    const entries = await db
      .select()
      .from(ledger)
      .where(
        and(
          eq(ledger.workspaceId, workspaceId),
          gt(ledger.id, last),
          upTo === null ? undefined : lte(ledger.id, upTo),
        ),
      )
      .orderBy(asc(ledger.id))
      .limit(ENTRIES_AT_ONCE);
    endings.follow(
      entries.map((entry) => ({
        ...entry,
        at: entry.at.getTime(),
        expiresAt: entry.expiresAt?.getTime() ?? null,
      })),
    );
    last = entries.at(-1)?.id ?? last;
    isMore = entries.length === ENTRIES_AT_ONCE;
  }
  return last;
}
