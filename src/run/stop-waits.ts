import type { Config } from '../config';
import type { StopWaits } from '../engine/worker';

type Waits = Pick<Config['waits'], 'drainMs' | 'shutdownMs' | 'cutMs' | 'sendMs' | 'recordMs'>;

/** What was cut is told to the engine within this, before its queue is left: else it would wait for a heartbeat. */
const TOLD_MS = 2_000;

/**
 * Returns the waits of a stop, which lets a paid submit end and its answer be stored; everything else ends soon and
 * goes on elsewhere.
 */
export function stopWaits({ shutdownMs, cutMs, sendMs, recordMs }: Waits): StopWaits {
  const forceMs = shutdownMs + cutMs + TOLD_MS;
  return {
    graceMs: shutdownMs,
    forceMs,
    submitForceMs: Math.max(forceMs, sendMs + recordMs + cutMs + TOLD_MS),
  };
}

/** What the engine and the database of `start` take to end, and the connections to them, in milliseconds. */
const CHILDREN_MS = 25_000;

/** Returns after how many milliseconds a gateway that was asked to stop has ended; a supervisor should wait no less. */
export function stopMsMax(waits: Waits): number {
  return stopWaits(waits).submitForceMs + CHILDREN_MS;
}
