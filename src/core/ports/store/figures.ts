import type { BreakerState } from '../../health/breaker';
import type { LedgerCheck } from '../../money/ledger-check';

/** Figures of the whole installation that only the rows know. Times are Unix milliseconds. */
export interface FigureStore {
  /** Asks the database once; the cost follows what is open, never what has ended. */
  read(now: number): Promise<Figures>;
}

/** A number of rows, and when the oldest of them was written. */
export interface Waiting {
  count: number;
  oldestAt: number | undefined;
}

/** A channel, and a group of keys that wait or run there. */
export interface InQueue {
  channel: string;
  group: string;
}

export interface Figures {
  /** Open jobs by state and by the channel of their first choice. */
  jobs: readonly (Waiting & { state: string; channel: string })[];
  /** Jobs whose workflow has not been started. */
  unstarted: Waiting;
  /** Messages that are still to be delivered. */
  deliveries: Waiting;
  /** Results that are still to be copied. */
  copies: Waiting;
  /** Copies that were given up, until an operator resumes them. */
  copiesGivenUp: number;
  /** Jobs that wait for a person. */
  inReview: number;
  /** Jobs that hold a slot of a capped channel, workspace or key. */
  slots: readonly (InQueue & { count: number })[];
  /** Jobs that wait for one; `oldestAt` is when the oldest of them was created. */
  waiting: readonly (InQueue & Waiting)[];
  /** The breakers of channels whose submits were ever counted. */
  breakers: readonly { channel: string; state: BreakerState }[];
  /** The oldest entry of the ledger that no checkpoint covers; undefined where all are covered. */
  ledgerUncoveredAt: number | undefined;
  /** How many faults the last check of the ledger found, by check; every check is there. */
  ledgerFaults: Readonly<Record<LedgerCheck, number>>;
  /** The end of that check; undefined where there was none. */
  ledgerCheckedAt: number | undefined;
}
