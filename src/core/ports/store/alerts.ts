import type { DeliveryEnd } from '../../job/delivery';

/** The part of the store port that finds what an operator is to be told of points, and keeps each of it once. */
export interface AlertStore {
  /**
   * Compares all budgets, and the balances of all workspaces with `lowBalance` (micro-points; null = with nothing), in
   * one snapshot, and adds a row for what was not told before. Returns how many.
   */
  raise(options: { lowBalance: bigint | null }, now: number): Promise<number>;
  /** Alerts whose next try is due, oldest first, at most `limit`. */
  due(now: number, limit: number): Promise<AlertRow[]>;
  /** Counts a try and takes it until that moment; returns its number, or undefined where another process has it. */
  beginTry(id: string, now: number, until: number): Promise<number | undefined>;
  /** Writes down when the next try is, or why there is none. */
  endTry(id: string, next: { at: number } | { end: DeliveryEnd }): Promise<void>;
}

export interface AlertRow {
  id: string;
  workspaceId: string;
  about: string;
  body: Uint8Array;
}
