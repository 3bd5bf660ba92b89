import type { Answer } from '../api/answer';
import type { Balance, BookedEntry, LedgerQuery } from '../money/ledger';
import type { Idempotency } from '../job/creation';
import type { AdminList } from './listed';
import type { OnceOptions } from './once';

/**
 * What operators book in the account of a workspace. Each booking has an idempotency key, which is remembered for ever:
 * money is not moved twice because somebody looked again after a week. Times are Unix milliseconds, amounts are
 * micro-points, ids are taken in any form.
 */
export interface Bookings {
  balance(workspaceId: string): Promise<Balance>;
  /** Lists entries, newest first; `after` and `job` as callers write them. */
  ledger(
    workspaceId: string,
    query: Omit<LedgerQuery, 'after'> & { after?: string | undefined },
  ): Promise<AdminList<BookedEntry>>;
  /**
   * Throws `invalid_request` for an end that is in the past, and `conflict`, with what is left to give, where the
   * workspace would have been given more than `GIVEN_MAX`.
   */
  topUp(workspaceId: string, topUp: TopUp, once: BookingOptions): Promise<Answer>;
  /**
   * Throws `conflict`, with what is available, for an amount that would bring it below zero, and as a top-up does.
   */
  adjust(workspaceId: string, adjustment: Adjustment, once: BookingOptions): Promise<Answer>;
  /**
   * Gives back what a job was charged, and the budget of its key with it. Throws `conflict`, with what is left to give
   * back, past the charge, and for a job that was charged nothing.
   */
  refund(jobId: string, refund: Refund, once: BookingOptions): Promise<Answer>;
}

export interface TopUp {
  amount: bigint;
  note: string | null;
  /** What is left by then expires; null = nothing does. */
  expiresAt: number | null;
}

export interface Adjustment {
  /** Micro-points; an amount below zero takes points away. */
  amount: bigint;
  note: string;
}

export interface Refund {
  /** Micro-points; undefined = all that is left of the charge. */
  amount: bigint | undefined;
  note: string;
}

/** An entry, and the balance as it was right after it. */
export interface Booking {
  entry: BookedEntry;
  balance: Balance;
}

export type BookingOptions = OnceOptions<Booking> & { idempotency: Idempotency };
