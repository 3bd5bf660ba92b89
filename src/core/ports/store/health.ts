import type { Breaker } from '../../health/breaker';

/** The breakers of channels, shared by all processes. */
export interface HealthStore {
  /** Returns every breaker that was ever written, by the name of its channel. */
  all(): Promise<ReadonlyMap<string, Breaker>>;
  /**
   * Changes one breaker by a pure function, which sees it as it is now and while nobody else changes it; where that gives
   * undefined nothing is written. Returns what was before and what is now.
   */
  change(
    channel: string,
    how: (breaker: Breaker) => Breaker | undefined,
  ): Promise<{ before: Breaker; after: Breaker | undefined }>;
}
