import type { LedgerEntry } from '../../money/ledger';

/** The part of the store port that counts points. Amounts are micro-points. */
export interface LedgerStore {
  balance(workspaceId: string): Promise<{ available: bigint; held: bigint; spent: bigint }>;
  /** Adds points; a repeat with the same idempotency key in the same workspace changes nothing. */
  topUp(workspaceId: string, amount: bigint, idempotencyKey: string, now: number): Promise<void>;
  /**
   * Sums the next `limit` entries that are older than any open transaction, and the usage that came with them, so that
   * balances, budgets and summaries of usage need not. It returns the number of entries; fewer than `limit` when there
   * are no more for now. It changes no answer.
   */
  checkpoint(now: number, limit: number): Promise<number>;
  entriesOf(workspaceId: string, jobId: string): Promise<readonly LedgerEntry[]>;
  usageOf(
    workspaceId: string,
    jobId: string,
  ): Promise<readonly { tokens: number; seconds: number; charged: bigint }[]>;
}
