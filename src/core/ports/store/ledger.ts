import type { Balance, LedgerEntry } from '../../money/ledger';
import type { LedgerReport } from '../../money/ledger-check';

/** The part of the store port that counts points. Amounts are micro-points. */
export interface LedgerStore {
  balance(workspaceId: string): Promise<Balance>;
  /**
   * Adds points; a repeat with the same idempotency key in the same workspace changes nothing. Throws for more than a
   * workspace may be given.
   */
  topUp(workspaceId: string, amount: bigint, idempotencyKey: string, now: number): Promise<void>;
  /**
   * Sums the next `limit` entries that are older than any open transaction, and the usage that came with them, so that
   * balances, budgets and summaries of usage need not. It returns the number of entries; fewer than `limit` when there
   * are no more for now. It changes no answer.
   */
  checkpoint(now: number, limit: number): Promise<number>;
  /** Top-ups whose time is over and that nothing has ended, oldest first, at most `limit`. */
  dueTopUps(now: number, limit: number): Promise<DueTopUp[]>;
  /**
   * Ends what is left of a top-up, by one entry and never below zero available; false where another call was first.
   */
  expire(topUp: DueTopUp, now: number): Promise<boolean>;
  /**
   * Proves what `LEDGER_CHECKS` says of all rows, in one snapshot, and changes nothing. Undefined = another check is
   * under way. A check that passes `endsBy`, in Unix milliseconds, throws.
   */
  check(options: {
    endsBy: number;
    now(): number;
    limit: number;
  }): Promise<LedgerReport | undefined>;
  /** Takes the next scheduled check for the caller, where the last one was begun longer ago than that. */
  takeCheck(now: number, everyMs: number): Promise<boolean>;
  /** Writes down what a scheduled check found, for the metrics. */
  recordCheck(report: LedgerReport, now: number): Promise<void>;
  entriesOf(workspaceId: string, jobId: string): Promise<readonly LedgerEntry[]>;
  usageOf(
    workspaceId: string,
    jobId: string,
  ): Promise<readonly { tokens: number; seconds: number; charged: bigint }[]>;
}

/** A top-up whose points were given for a time. */
export interface DueTopUp {
  id: bigint;
  workspaceId: string;
}
