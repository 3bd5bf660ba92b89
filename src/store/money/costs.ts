import type { Cost } from '../../core/money/charge';

/** A cost as a row of JSON holds it: micro-points are a text. */
export type StoredCost = Omit<Cost, 'points'> & { points: string | null };

/** The largest number that a column of points takes. */
const POINTS_MAX = 2n ** 63n - 1n;

/** Returns the columns of a cost; all null where it is not known. Points that no column holds are not known either. */
export function costColumns(cost: Cost | undefined): {
  costPoints: bigint | null;
  costAmount: string | null;
  costCurrency: string | null;
} {
  const points = cost?.points ?? null;
  return {
    costPoints: points !== null && points <= POINTS_MAX ? points : null,
    costAmount: cost?.amount ?? null,
    costCurrency: cost?.currency ?? null,
  };
}

export const storedCost = (cost: Cost | undefined): StoredCost | null =>
  cost ? { ...cost, points: cost.points?.toString() ?? null } : null;

export const costOf = (stored: StoredCost | null): Cost | null =>
  stored && { ...stored, points: stored.points === null ? null : BigInt(stored.points) };
