import { DAY } from '../settings/setting';

/** Bounds of what jobs may hold and have spent: for ever, and of those that were created in one day or month, in UTC. */

/** What is set for a key or a workspace, in micro-points; null = no bound. */
export interface Budgets {
  budget: bigint | null;
  budgetDay: bigint | null;
  budgetMonth: bigint | null;
}

export type BudgetPeriod = 'ever' | 'day' | 'month';

/** A day or month in UTC. Times are Unix milliseconds; `until` does not belong to it. */
export interface Span {
  from: number;
  until: number;
}

/** Returns the day and the month of a moment. */
export function spansOf(now: number): Record<'day' | 'month', Span> {
  const day = Math.floor(now / DAY) * DAY;
  const date = new Date(now);
  const month = (more: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + more);
  return {
    day: { from: day, until: day + DAY },
    month: { from: month(0), until: month(1) },
  };
}

/** What one owner holds and has spent, in micro-points, and what bounds it. */
export interface BudgetUse {
  budgets: Budgets;
  used: Record<BudgetPeriod, bigint>;
}

export interface BudgetShortage {
  kind: 'over_budget';
  of: 'key' | 'workspace';
  period: BudgetPeriod;
  /** Micro-points of the budget that nothing holds and nothing has spent; never below 0. */
  left: bigint;
  /** The moment at which it begins anew; null for one that does not. */
  renewsAt: number | null;
}

/**
 * Returns the first budget that has less left than a price, those that last longest first; undefined when all reach. A
 * budget that was lowered below what is used still lets free models through.
 */
export function overBudget(
  of: BudgetShortage['of'],
  { budgets, used }: BudgetUse,
  { price, now }: { price: bigint; now: number },
): BudgetShortage | undefined {
  const { day, month } = spansOf(now);
  const bounds = [
    ['ever', budgets.budget, null],
    ['month', budgets.budgetMonth, month.until],
    ['day', budgets.budgetDay, day.until],
  ] as const;
  for (const [period, budget, renewsAt] of bounds) {
    if (budget === null) continue;
    const rest = budget - used[period];
    const left = rest > 0n ? rest : 0n;
    if (left < price) return { kind: 'over_budget', of, period, left, renewsAt };
  }
  return undefined;
}
