import type { LedgerEntry } from '../../money/ledger';

/** The part of the store port that counts points. Amounts are micro-points. */
export interface LedgerStore {
  balance(workspaceId: string): Promise<{ available: bigint; held: bigint; spent: bigint }>;
  /** Adds points; a repeat with the same idempotency key in the same workspace changes nothing. */
  topUp(workspaceId: string, amount: bigint, idempotencyKey: string, now: number): Promise<void>;
  /**
   * Sums the entries that are older than any open transaction, so that `balance` and budgets need not. The number of
   * workspaces and keys whose sums moved. It changes no balance.
   */
  checkpoint(now: number): Promise<number>;
  entriesOf(workspaceId: string, jobId: string): Promise<readonly LedgerEntry[]>;
  usageOf(
    workspaceId: string,
    jobId: string,
  ): Promise<readonly { tokens: number; seconds: number; charged: bigint }[]>;
}
