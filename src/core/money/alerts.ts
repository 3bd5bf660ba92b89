import { renderId } from '../job/ids';
import { spansOf } from './budgets';
import type { BudgetPeriod, BudgetUse } from './budgets';
import { formatPoints } from './pricing';

/** What an operator is told of the points of workspaces and keys, at a URL of his own. */

/** The place at which an operator hears of budgets and balances, as the config says it. */
export interface AlertTarget {
  url: string;
  /** `whsec_...` */
  secret: string;
  /** Micro-points; null = nothing is told of balances. */
  lowBalance: bigint | null;
}

/** Shares of a budget, in percent, of which an operator hears when so much of it is held and spent. */
export const ALERT_PERCENTS = [50, 80, 100] as const;

export interface AlertOwner {
  /** A workspace's or a key's. */
  id: string;
  workspaceId: string;
  /** The id of a key; null for a workspace. */
  keyId: string | null;
}

export interface Alert {
  owner: AlertOwner;
  /** What is told once, such as `budget day 2026-11-29 80% of 5`; the same words say that it was told. */
  about: string;
  /** The message but for its time: `{"type": ..., "data": {...}}`. */
  message: { type: string; data: Record<string, unknown> };
}

export const LOW_BALANCE = 'low_balance';

/**
 * Lists the shares that have been reached of each budget of an owner, in the order of periods and shares. A budget of 0
 * lets nothing through from the start, and is nothing to tell; one that was changed is another one.
 */
export function budgetAlerts(
  owner: AlertOwner,
  { budgets, used }: BudgetUse,
  now: number,
): Alert[] {
  const { day, month } = spansOf(now);
  const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
  const periods: [BudgetPeriod, string, bigint | null, number | null][] = [
    ['ever', '', budgets.budget, null],
    ['day', iso(day.from).slice(0, 10), budgets.budgetDay, day.until],
    ['month', iso(month.from).slice(0, 7), budgets.budgetMonth, month.until],
  ];
  return periods.flatMap(([period, name, budget, until]) => {
    if (budget === null || budget === 0n) return [];
    const reached = ALERT_PERCENTS.filter(
      (percent) => used[period] * 100n >= budget * BigInt(percent),
    );
    return reached.map((percent) => ({
      owner,
      about: `budget ${period} ${name && `${name} `}${String(percent)}% of ${formatPoints(budget)}`,
      message: {
        type: 'budget.reached',
        data: {
          ...idsOf(owner),
          ...{ period, percent, budget: formatPoints(budget), used: formatPoints(used[period]) },
          begins_anew_at: until === null ? null : iso(until),
        },
      },
    }));
  });
}

export const lowBalanceAlert = (
  owner: AlertOwner,
  { available, lowBalance }: { available: bigint; lowBalance: bigint },
): Alert => ({
  owner,
  about: LOW_BALANCE,
  message: {
    type: 'balance.low',
    data: {
      workspace_id: renderId('ws', owner.workspaceId),
      available: formatPoints(available),
      low_balance: formatPoints(lowBalance),
    },
  },
});

/** Writes the body, as it is stored and sent: `{"type": ..., "timestamp": ..., "data": ...}`. */
export const alertBody = ({ message: { type, data } }: Alert, now: number): string =>
  JSON.stringify({ type, timestamp: new Date(now).toISOString(), data });

const idsOf = ({ workspaceId, keyId }: AlertOwner) => ({
  workspace_id: renderId('ws', workspaceId),
  key_id: keyId === null ? null : renderId('key', keyId),
});
