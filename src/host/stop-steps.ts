/** One signal and how long to wait for its effect. After the last step comes SIGKILL. */
export interface StopStep {
  signal: NodeJS.Signals;
  graceMs: number;
}

/** Who depends on whom: each is stopped before the next. */
export const STOP_ORDER = ['gateway', 'simulator', 'engine', 'postgres'] as const;

/** A gateway that does not say how long its stop takes: a default one lets a submit of a minute end. */
const GATEWAY_MS = 150_000;
/** SIGTERM would let Postgres wait for its clients; SIGINT ends their sessions, SIGQUIT skips the last checkpoint. */
const POSTGRES: readonly StopStep[] = [
  { signal: 'SIGINT', graceMs: 6_000 },
  { signal: 'SIGQUIT', graceMs: 2_000 },
];
const OTHERS: readonly StopStep[] = [{ signal: 'SIGTERM', graceMs: 5_000 }];

/**
 * Returns the signals to stop a process with, and the waits between them. A gateway finishes what runs, then stops its
 * own children; its run file says how long that may take.
 */
export function stopSteps(run: { name: string; stopMs?: unknown }): readonly StopStep[] {
  switch (run.name) {
    case 'gateway':
      return [{ signal: 'SIGTERM', graceMs: gatewayMs(run) }];
    case 'postgres':
      return POSTGRES;
    default:
      return OTHERS;
  }
}

/** `stopMs` of the run file, in milliseconds. */
function gatewayMs({ stopMs }: { stopMs?: unknown }): number {
  return typeof stopMs === 'number' ? stopMs : GATEWAY_MS;
}
