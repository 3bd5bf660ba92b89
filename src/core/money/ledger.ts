import { MICRO_PER_POINT } from './pricing';

/** The account of each workspace: entries that move micro-points between three pots, and are only ever added. */

export interface Balance {
  available: bigint;
  held: bigint;
  spent: bigint;
}

/** Adds balances pot by pot; zeros for none. */
export function totalOf(balances: readonly Balance[]): Balance {
  const sum = (pot: keyof Balance): bigint => balances.reduce((all, one) => all + one[pot], 0n);
  return { available: sum('available'), held: sum('held'), spent: sum('spent') };
}

/**
 * Micro-points that a workspace is given at most in all, be they available, held or spent: a trillion points. Jobs only
 * move them between the pots, so no pot, key or day of a workspace ever has more, and sums fit into a bigint of the
 * database nine times over.
 */
export const GIVEN_MAX = 1_000_000_000_000n * MICRO_PER_POINT;

/** Says how many micro-points a workspace may be given still; never below 0. */
export function leftToGive({ available, held, spent }: Balance): bigint {
  const left = GIVEN_MAX - available - held - spent;
  return left > 0n ? left : 0n;
}

/**
 * A hold sets points aside, and settle or release ends it. Operators book top-ups, adjustments and refunds; an expire
 * ends what is left of a top-up whose points were given for a time.
 */
export const LEDGER_KINDS = [
  'hold',
  'settle',
  'release',
  'adjust',
  'refund',
  'top_up',
  'expire',
] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];

/** Micro-points moved between the three pots. */
export interface LedgerEntry extends Balance {
  kind: LedgerKind;
}

/** An entry as its row has it. Times are Unix milliseconds. */
export interface BookedEntry extends LedgerEntry {
  id: bigint;
  workspaceId: string;
  jobId: string | null;
  /** The key whose job it is about, and whose budget it counts in. */
  keyId: string | null;
  /** An operator's words. */
  note: string | null;
  /** The key of the operator who booked it; null where nobody did, or where that is not known. */
  byKeyId: string | null;
  /** The moment at which the points of a top-up end; null when they do not. */
  expiresAt: number | null;
  /** The top-up whose points an expire ended. */
  entryId: bigint | null;
  at: number;
}

/** Entries of a workspace, newest first. */
export interface LedgerQuery {
  limit: number;
  /** Entries before the one with that id. */
  after?: bigint | undefined;
  kind?: LedgerKind | undefined;
  /** Booked at that moment or later, and before that moment. */
  from?: number | undefined;
  to?: number | undefined;
  jobId?: string | undefined;
}
