import type { MarginQuery, MarginRow } from '../../money/margins';

/** Sums what was charged and what it cost over the whole installation. */
export interface MarginStore {
  margins(query: MarginQuery): Promise<readonly MarginRow[]>;
}
