import { and, eq, gt, sql } from 'drizzle-orm';
import { totalOf } from '../../core/money/ledger';
import type { Balance } from '../../core/money/ledger';
import type { Database, Transaction } from '../base/database';
import { ledger, ledgerCheckpoints } from '../schema';
import { statement } from '../base/statement';

/**
 * A balance is the sum of the workspace's entries in the append-only ledger: those up to its checkpoint, summed by the
 * sweep, and those after it.
 */
export async function balanceOf(db: Database | Transaction, workspaceId: string): Promise<Balance> {
  return sumOfWorkspace(db, workspaceId, await checkpointOf(db, workspaceId));
}

/** What the jobs of each of these keys hold and have spent, read as a balance is; zeros for a key without any. */
export async function keySpending(
  db: Database | Transaction,
  keyIds: readonly string[],
): Promise<Map<string, { held: bigint; spent: bigint }>> {
  const spending = new Map<string, { held: bigint; spent: bigint }>();
  for (const keyId of keyIds) {
    const { held, spent } = await sumOfKey(db, keyId, await checkpointOf(db, keyId));
    spending.set(keyId, { held, spent });
  }
  return spending;
}

/** What was counted of an owner up to an entry. */
type Checkpoint = Balance & { upTo: bigint };

async function checkpointOf(
  db: Database | Transaction,
  ownerId: string,
): Promise<Checkpoint | undefined> {
  const [found] = await db
    .select()
    .from(ledgerCheckpoints)
    .where(eq(ledgerCheckpoints.ownerId, ownerId));
  return found;
}

type AfterEntry = { ownerId: string; upTo: bigint };

const sum = (column: typeof ledger.available | typeof ledger.held | typeof ledger.spent) =>
  sql<string>`coalesce(sum(${column}), 0)::text`;

/** The sums of entries, as texts: they may be larger than a number is exact. */
export const BALANCE_SUMS = {
  available: sum(ledger.available),
  held: sum(ledger.held),
  spent: sum(ledger.spent),
};

export const toBalance = (sums: Record<keyof Balance, string>): Balance => ({
  available: BigInt(sums.available),
  held: BigInt(sums.held),
  spent: BigInt(sums.spent),
});

/**
 * Sums an owner's entries after a checkpoint. Nothing is ever added below a checkpoint, so another statement may have
 * read it before. This one names the entry as a value, and is planned for it: with a join the planner takes a third of
 * the ledger for new, and reads all of it.
 */
const sumAfter = (owner: typeof ledger.workspaceId | typeof ledger.keyId) =>
  statement<AfterEntry>(null)((db, { at }) =>
    db
      .select(BALANCE_SUMS)
      .from(ledger)
      .where(and(eq(owner, at('ownerId')), gt(ledger.id, at('upTo')))),
  );

const AFTER_OF_WORKSPACE = sumAfter(ledger.workspaceId);
const AFTER_OF_KEY = sumAfter(ledger.keyId);

/** Adds a workspace's entries after a checkpoint to what that has counted; undefined = nothing was counted yet. */
export const sumOfWorkspace = async (
  db: Database | Transaction,
  ownerId: string,
  before: Checkpoint | undefined,
): Promise<Balance> =>
  total(before, await AFTER_OF_WORKSPACE(db, { ownerId, upTo: before?.upTo ?? 0n }));

/** The function does the same for the entries of a key. */
export const sumOfKey = async (
  db: Database | Transaction,
  ownerId: string,
  before: Checkpoint | undefined,
): Promise<Balance> => total(before, await AFTER_OF_KEY(db, { ownerId, upTo: before?.upTo ?? 0n }));

function total(
  before: Balance | undefined,
  [after]: Awaited<ReturnType<typeof AFTER_OF_KEY>>,
): Balance {
  return totalOf([...(before ? [before] : []), ...(after ? [toBalance(after)] : [])]);
}
