import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { LedgerStore } from '../core/ledger';
import type { Database, Transaction } from './database';
import { ledger, usage } from './schema';

export interface Balance {
  available: bigint;
  held: bigint;
  spent: bigint;
}

/** Balances are sums over the append-only ledger; there is no second place that could disagree. */
export async function balanceOf(
  db: Pick<Transaction, 'select'>,
  workspaceId: string,
): Promise<Balance> {
  const sum = (column: typeof ledger.available | typeof ledger.held | typeof ledger.spent) =>
    sql<string>`coalesce(sum(${column}), 0)::text`;
  const [row] = await db
    .select({
      available: sum(ledger.available),
      held: sum(ledger.held),
      spent: sum(ledger.spent),
    })
    .from(ledger)
    .where(eq(ledger.workspaceId, workspaceId));
  return {
    available: BigInt(row?.available ?? 0),
    held: BigInt(row?.held ?? 0),
    spent: BigInt(row?.spent ?? 0),
  };
}

/** What each of these keys' jobs hold and have spent; a key without any is absent. */
export async function keySpending(
  db: Pick<Transaction, 'select'>,
  keyIds: readonly string[],
): Promise<Map<string, { held: bigint; spent: bigint }>> {
  if (keyIds.length === 0) return new Map();
  const rows = await db
    .select({
      keyId: ledger.keyId,
      held: sql<string>`sum(${ledger.held})::text`,
      spent: sql<string>`sum(${ledger.spent})::text`,
    })
    .from(ledger)
    .where(inArray(ledger.keyId, [...keyIds]))
    .groupBy(ledger.keyId);
  return new Map(
    rows.map(({ keyId, held, spent }) => [
      keyId ?? '',
      { held: BigInt(held), spent: BigInt(spent) },
    ]),
  );
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
