import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { LedgerStore } from '../core/ports/store/ledger';
import { checkpoint } from './checkpoints';
import type { Database, Transaction } from './database';
import { ledger, ledgerCheckpoints, usage } from './schema';

export interface Balance {
  available: bigint;
  held: bigint;
  spent: bigint;
}

/**
 * A balance is the sum of the workspace's entries in the append-only ledger: those up to its checkpoint, summed by the
 * sweep, and those after it.
 */
export function balanceOf(db: Pick<Transaction, 'select'>, workspaceId: string): Promise<Balance> {
  return potsOf(db, workspaceId, eq(ledger.workspaceId, workspaceId));
}

/** What the jobs of each of these keys hold and have spent, read as a balance is; zeros for a key without any. */
export async function keySpending(
  db: Pick<Transaction, 'select'>,
  keyIds: readonly string[],
): Promise<Map<string, { held: bigint; spent: bigint }>> {
  const spending = new Map<string, { held: bigint; spent: bigint }>();
  for (const keyId of keyIds) {
    const { held, spent } = await potsOf(db, keyId, eq(ledger.keyId, keyId));
    spending.set(keyId, { held, spent });
  }
  return spending;
}

async function potsOf(
  db: Pick<Transaction, 'select'>,
  ownerId: string,
  isOwners: SQL,
): Promise<Balance> {
  const [before] = await db
    .select()
    .from(ledgerCheckpoints)
    .where(eq(ledgerCheckpoints.ownerId, ownerId));
  return sumAfter(db, isOwners, before);
}

/**
 * Adds an owner's entries after a checkpoint to what that has counted. Nothing is ever added below a checkpoint, so
 * another statement may have read it before. This one names the entry as a value: with a join the planner takes a third
 * of the ledger for new, and reads all of it.
 */
export async function sumAfter(
  db: Pick<Transaction, 'select'>,
  isOwners: SQL,
  before: (Balance & { upTo: bigint }) | undefined,
): Promise<Balance> {
  const sum = (column: typeof ledger.available | typeof ledger.held | typeof ledger.spent) =>
    sql<string>`coalesce(sum(${column}), 0)::text`;
  const [after] = await db
    .select({
      available: sum(ledger.available),
      held: sum(ledger.held),
      spent: sum(ledger.spent),
    })
    .from(ledger)
    .where(and(isOwners, gt(ledger.id, before?.upTo ?? 0n)));
  const both = (pot: keyof Balance): bigint => (before?.[pot] ?? 0n) + BigInt(after?.[pot] ?? 0);
  return { available: both('available'), held: both('held'), spent: both('spent') };
}

/** Adds points; a repeat with the same idempotency key in the same workspace changes nothing. */
export async function topUp(
  db: Pick<Transaction, 'insert'>,
  top: { workspaceId: string; amount: bigint; idempotencyKey: string; now: number },
): Promise<void> {
  if (top.amount <= 0n) throw new Error('a top-up must add points');
  await db
    .insert(ledger)
    .values({
      workspaceId: top.workspaceId,
      kind: 'top_up',
      available: top.amount,
      held: 0n,
      spent: 0n,
      // One key per workspace, and never one of our own holds and ends.
      idempotencyKey: `top_up:${top.workspaceId}:${top.idempotencyKey}`,
      at: new Date(top.now),
    })
    .onConflictDoNothing({ target: ledger.idempotencyKey });
}

export function ledgerStore(db: Database): LedgerStore {
  return {
    balance: (workspaceId) => balanceOf(db, workspaceId),
    checkpoint: (now) => checkpoint(db, new Date(now)),
    topUp: (workspaceId, amount, idempotencyKey, now) =>
      topUp(db, { workspaceId, amount, idempotencyKey, now }),
    entriesOf: (workspaceId, jobId) =>
      db
        .select({
          kind: ledger.kind,
          available: ledger.available,
          held: ledger.held,
          spent: ledger.spent,
        })
        .from(ledger)
        .where(and(eq(ledger.workspaceId, workspaceId), eq(ledger.jobId, jobId)))
        .orderBy(asc(ledger.id)),
    async usageOf(workspaceId, jobId) {
      const rows = await db
        .select()
        .from(usage)
        .where(and(eq(usage.workspaceId, workspaceId), eq(usage.jobId, jobId)));
      return rows.map(({ tokens, seconds, charged }) => ({
        tokens: Number(tokens),
        seconds,
        charged,
      }));
    },
  };
}
