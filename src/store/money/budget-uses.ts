import { sql } from 'drizzle-orm';
import type { AlertOwner } from '../../core/money/alerts';
import type { BudgetUse } from '../../core/money/budgets';
import type { Transaction } from '../base/database';
import {
  keys,
  ledger,
  ledgerCheckpoints,
  ledgerDays,
  ledgerDaysCheckpoint,
  workspaces,
} from '../schema';
import { momentsOf } from './dated';

/** How far the sums of owners and of days reach: ids of entries, as texts. */
interface Covered extends Record<string, unknown> {
  owners: string;
  days: string;
}

/** Reads it first, so that the statements after it name values, and are planned for few entries. */
export async function coveredBy(tx: Transaction): Promise<Covered> {
  const { rows } = await tx.execute<Covered>(sql`
    SELECT (SELECT coalesce(max(up_to), 0)::text FROM ${ledgerCheckpoints}) AS owners,
      (SELECT up_to::text FROM ${ledgerDaysCheckpoint}) AS days`);
  return rows[0] ?? { owners: '0', days: '0' };
}

interface UseRow extends Record<string, unknown> {
  id: string;
  workspace_id: string;
  is_key: boolean;
  budget: string | null;
  budget_day: string | null;
  budget_month: string | null;
  ever: string;
  day: string;
  month: string;
}

/** Reads what every owner of a budget holds and has spent, at a cost that follows the owners and the last entries. */
export async function budgetUses(
  tx: Transaction,
  covered: Covered,
  now: number,
): Promise<{ owner: AlertOwner; use: BudgetUse }[]> {
  const { day, dayEnd, month, monthEnd } = momentsOf(now);
  const date = (moment: Date) => sql`(${moment}::timestamptz AT TIME ZONE 'UTC')::date`;
  const { rows } = await tx.execute<UseRow>(sql`
    WITH owner AS (
      SELECT id, workspace_id, true AS is_key, budget, budget_day, budget_month FROM ${keys}
      WHERE revoked_at IS NULL AND coalesce(budget, budget_day, budget_month) IS NOT NULL
      UNION ALL SELECT id, id, false, budget, budget_day, budget_month FROM ${workspaces}
      WHERE disabled_at IS NULL AND coalesce(budget, budget_day, budget_month) IS NOT NULL),
    fresh AS (SELECT workspace_id, key_id, held + spent AS used FROM ${ledger} WHERE id > ${covered.owners}::bigint),
    ever AS (
      SELECT workspace_id AS id, sum(used) AS used FROM fresh GROUP BY 1
      UNION ALL SELECT key_id, sum(used) FROM fresh WHERE key_id IS NOT NULL GROUP BY 1),
    dated AS (
      SELECT entry.workspace_id, entry.key_id, entry.held + entry.spent AS used, hold.at
      FROM ${ledger} AS entry JOIN ${ledger} AS hold ON hold.job_id = entry.job_id AND hold.kind = 'hold'
      WHERE entry.id > ${covered.days}::bigint AND hold.at >= ${month}::timestamptz AND hold.at < ${monthEnd}::timestamptz),
    lately AS (
      SELECT workspace_id AS id, used, at FROM dated
      UNION ALL SELECT key_id, used, at FROM dated WHERE key_id IS NOT NULL),
    late AS (
      SELECT id, sum(used) AS month,
        sum(used) FILTER (WHERE at >= ${day}::timestamptz AND at < ${dayEnd}::timestamptz) AS day
      FROM lately GROUP BY 1),
    summed AS (
      SELECT owner_id AS id, sum(used) AS month, sum(used) FILTER (WHERE day >= ${date(day)} AND day < ${date(dayEnd)}) AS day
      FROM ${ledgerDays} WHERE day >= ${date(month)} AND day < ${date(monthEnd)} GROUP BY 1)
    SELECT owner.id, owner.workspace_id, owner.is_key, owner.budget, owner.budget_day, owner.budget_month,
      (coalesce(c.held + c.spent, 0) + coalesce(ever.used, 0))::text AS ever,
      (coalesce(summed.day, 0) + coalesce(late.day, 0))::text AS day,
      (coalesce(summed.month, 0) + coalesce(late.month, 0))::text AS month
    FROM owner LEFT JOIN ${ledgerCheckpoints} AS c ON c.owner_id = owner.id LEFT JOIN ever ON ever.id = owner.id
      LEFT JOIN late ON late.id = owner.id LEFT JOIN summed ON summed.id = owner.id
    ORDER BY owner.id`);
  return rows.map((row) => ({
    owner: { id: row.id, workspaceId: row.workspace_id, keyId: row.is_key ? row.id : null },
    use: {
      budgets: {
        budget: amount(row.budget),
        budgetDay: amount(row.budget_day),
        budgetMonth: amount(row.budget_month),
      },
      used: { ever: BigInt(row.ever), day: BigInt(row.day), month: BigInt(row.month) },
    },
  }));
}

const amount = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

/** Reads the workspaces that have less available than that; one that never had a point is none of them. */
export async function lowBalances(
  tx: Transaction,
  covered: Covered,
  lowBalance: bigint,
): Promise<{ owner: AlertOwner; available: bigint }[]> {
  const { rows } = await tx.execute<{ id: string; available: string }>(sql`
    WITH fresh AS (
      SELECT workspace_id AS id, sum(available) AS available FROM ${ledger}
      WHERE id > ${covered.owners}::bigint GROUP BY 1),
    balance AS (
      SELECT w.id, coalesce(c.available, 0) + coalesce(fresh.available, 0) AS available
      FROM ${workspaces} AS w LEFT JOIN ${ledgerCheckpoints} AS c ON c.owner_id = w.id LEFT JOIN fresh ON fresh.id = w.id
      WHERE w.disabled_at IS NULL AND (c.owner_id IS NOT NULL OR fresh.id IS NOT NULL))
    SELECT id, available::text FROM balance WHERE available < ${lowBalance}::bigint ORDER BY id`);
  return rows.map(({ id, available }) => ({
    owner: { id, workspaceId: id, keyId: null },
    available: BigInt(available),
  }));
}
