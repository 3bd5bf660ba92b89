import type { Balance, LedgerEntry } from './ledger';
import type { UsageSums } from './usage';

/** What all entries of one kind moved in a span. */
export interface Movement extends LedgerEntry {
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
  opening: Balance;
  movements: readonly Movement[];
  closing: Balance;
  /** What was charged for the requests that ended in the month, before refunds. */
  models: readonly (UsageSums & { model: string })[];
}

/**
 * A month in UTC since 1970. The end of the last one of year 9999 would be in a year of five digits, which a time stamp
 * does not write.
 */
export const MONTH_FORM = /^(?!9999-12)(19[7-9]\d|[2-9]\d{3})-(0[1-9]|1[0-2])$/;

/** Reads a month in UTC, such as `2026-11`; undefined for any other text. */
export function readMonth(text: string): Month | undefined {
  const [, year, month] = (MONTH_FORM.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined) return undefined;
  return { from: Date.UTC(year, month - 1), to: Date.UTC(year, month) };
}
