/** Micro-points moved between the three pots. */
export interface LedgerEntry {
  kind: 'hold' | 'settle' | 'release' | 'adjust' | 'refund' | 'top_up';
  available: bigint;
  held: bigint;
  spent: bigint;
}
