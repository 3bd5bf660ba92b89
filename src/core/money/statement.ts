import type { LedgerEntry } from './ledger';
import type { UsageSums } from './usage';

/** Micro-points of a workspace's three pots at one moment. */
export type Pots = Omit<LedgerEntry, 'kind'>;

/** What all entries of one kind moved in a span. */
export interface Movement extends Pots {
  kind: LedgerEntry['kind'];
  entries: number;
}

/** A month in UTC, in Unix milliseconds; `to` does not belong to it. */
export interface Month {
  from: number;
  to: number;
}

/** Everything that happened to a workspace's points in a month. `closing` is `opening` with every movement added. */
export interface Statement extends Month {
  workspaceId: string;
  opening: Pots;
  movements: readonly Movement[];
  closing: Pots;
  /** What was charged for the requests that ended in the month, before refunds. */
  models: readonly (UsageSums & { model: string })[];
}

export function sumPots(pots: readonly Pots[]): Pots {
  const sum = (pot: keyof Pots): bigint => pots.reduce((total, one) => total + one[pot], 0n);
  return { available: sum('available'), held: sum('held'), spent: sum('spent') };
}

const LAST_MONTH = '9999-12';
const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** Reads a month in UTC, such as `2026-11`; undefined for any other text. */
export function readMonth(text: string): Month | undefined {
  const [, year, month] = MONTH.exec(text) ?? [];
  if (year === undefined || month === undefined || Number(year) < 1970) return undefined;
  // The end of the last month would be a year of five digits, which a time stamp does not write.
  if (text === LAST_MONTH) return undefined;
  const [from, to] = [Number(month) - 1, Number(month)].map((index) =>
    Date.UTC(Number(year), index),
  );
  return { from: from ?? 0, to: to ?? 0 };
}
