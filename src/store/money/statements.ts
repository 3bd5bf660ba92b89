import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { LedgerEntry } from '../../core/money/ledger';
import { sumPots } from '../../core/money/statement';
import type { Month, Movement, Pots, Statement } from '../../core/money/statement';
import type { StatementStore } from '../../core/ports/store/statements';
import type { Database, Transaction } from '../base/database';
import { ledger } from '../schema';
import { inSnapshot } from './usage';
import { SUMS as USED, summed, toSums } from './usage-sums';
import type { Sums } from './usage-sums';

export function statementStore(db: Pick<Database, 'transaction'>): StatementStore {
  return {
    of: (workspaceId, span) => inSnapshot(db, (tx) => statementOf(tx, workspaceId, span)),
  };
}

async function statementOf(
  tx: Transaction,
  workspaceId: string,
  { from, to }: Month,
): Promise<Statement> {
  const opening = await potsBefore(tx, workspaceId, from);
  const movements = await movementsIn(tx, workspaceId, { from, to });
  const models = await modelSums(tx, workspaceId, { from, to });
  const closing = sumPots([opening, ...movements]);
  return { workspaceId, from, to, opening, movements, closing, models };
}

const SUMS = {
  available: sql<string>`coalesce(sum(${ledger.available}), 0)::text`,
  held: sql<string>`coalesce(sum(${ledger.held}), 0)::text`,
  spent: sql<string>`coalesce(sum(${ledger.spent}), 0)::text`,
};

async function potsBefore(tx: Transaction, workspaceId: string, moment: number): Promise<Pots> {
  const [row] = await tx
    .select(SUMS)
    .from(ledger)
    .where(and(eq(ledger.workspaceId, workspaceId), lt(ledger.at, new Date(moment))));
  if (!row) throw new Error('a sum gave no row');
  return toPots(row);
}

async function movementsIn(
  tx: Transaction,
  workspaceId: string,
  { from, to }: Month,
): Promise<Movement[]> {
  const rows = await tx
    .select({ kind: ledger.kind, entries: sql<number>`count(*)::int`, ...SUMS })
    .from(ledger)
    .where(
      and(
        eq(ledger.workspaceId, workspaceId),
        gte(ledger.at, new Date(from)),
        lt(ledger.at, new Date(to)),
      ),
    )
    .groupBy(ledger.kind)
    .orderBy(ledger.kind);
  return rows.map(({ kind, entries, ...sums }) => ({ kind, entries, ...toPots(sums) }));
}

async function modelSums(
  tx: Transaction,
  workspaceId: string,
  span: Month,
): Promise<Statement['models']> {
  const used = await summed(tx, workspaceId, span);
  const { rows } = await tx.execute<Sums & { model: string }>(
    sql`SELECT model, ${USED} FROM ${used} GROUP BY model ORDER BY model`,
  );
  return rows.map(({ model, ...sums }) => ({ model, ...toSums(sums) }));
}

const toPots = (row: Record<keyof Omit<LedgerEntry, 'kind'>, string>): Pots => ({
  available: BigInt(row.available),
  held: BigInt(row.held),
  spent: BigInt(row.spent),
});
