import { isPassing } from './error';
import { pause } from './pause';

/** How failures are borne: an outage is waited out, since a job goes on without its caller. */
export interface Patience {
  /**
   * Pauses after a failure, as long as the gateway asks for and `leastMs` at least. Throws the failure where it will not
   * pass, or where nothing but failures would have come for longer than the patience lasts.
   */
  bear(error: unknown, leastMs: number): Promise<void>;
  /** Tells that a call has succeeded again. */
  renew(): void;
}

/** An outage is borne for five minutes, unless the caller says otherwise. */
export const PATIENCE_MS = 300_000;

export function createPatience(patienceMs: number, signal: AbortSignal | undefined): Patience {
  let failingSince: number | undefined;
  return {
    async bear(error, leastMs) {
      if (!isPassing(error)) throw error;
      const now = Date.now();
      failingSince ??= now;
      const pauseMs = Math.max(leastMs, error.retryAfterMs ?? 0);
      if (now + pauseMs - failingSince > patienceMs) throw error;
      await pause(pauseMs, signal);
    },
    renew() {
      failingSince = undefined;
    },
  };
}
