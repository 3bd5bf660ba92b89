import { and, eq, gte, lt, sql } from 'drizzle-orm';
import { totalOf } from '../../core/money/ledger';
import type { Balance } from '../../core/money/ledger';
import type { Month, Movement, Statement } from '../../core/money/statement';
import type { StatementStore } from '../../core/ports/store/statements';
import type { Database, Transaction } from '../base/database';
import { inSnapshot } from '../base/snapshot';
import { ledger } from '../schema';
import { BALANCE_SUMS, toBalance } from './ledger';
import { SUMS, summed, toSums } from './usage-sums';
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
  const opening = await balanceBefore(tx, workspaceId, from);
  const movements = await movementsIn(tx, workspaceId, { from, to });
  const models = await modelSums(tx, workspaceId, { from, to });
  const closing = totalOf([opening, ...movements]);
  return { workspaceId, from, to, opening, movements, closing, models };
}

async function balanceBefore(
  tx: Transaction,
  workspaceId: string,
  moment: number,
): Promise<Balance> {
  const [row] = await tx
    .select(BALANCE_SUMS)
    .from(ledger)
    .where(and(eq(ledger.workspaceId, workspaceId), lt(ledger.at, new Date(moment))));
  if (!row) throw new Error('a sum gave no row');
  return toBalance(row);
}

async function movementsIn(
  tx: Transaction,
  workspaceId: string,
  { from, to }: Month,
): Promise<Movement[]> {
  const rows = await tx
    .select({ kind: ledger.kind, entries: sql<number>`count(*)::int`, ...BALANCE_SUMS })
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
  return rows.map(({ kind, entries, ...sums }) => ({ kind, entries, ...toBalance(sums) }));
}

async function modelSums(
  tx: Transaction,
  workspaceId: string,
  span: Month,
): Promise<Statement['models']> {
  const used = await summed(tx, workspaceId, span);
  const { rows } = await tx.execute<Sums & { model: string }>(
    sql`SELECT model, ${SUMS} FROM ${used} GROUP BY model ORDER BY model`,
  );
  return rows.map(({ model, ...sums }) => ({ model, ...toSums(sums) }));
}
