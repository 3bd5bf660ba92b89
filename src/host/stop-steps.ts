/** One signal and how long to wait for its effect. After the last step comes SIGKILL. */
export interface StopStep {
  signal: NodeJS.Signals;
  graceMs: number;
}

/** Who depends on whom: each is stopped before the next. */
export const STOP_ORDER = ['gateway', 'simulator', 'engine', 'postgres'] as const;

/** A gateway first finishes what runs and then stops its own children, for which it has 20 s. */
const GATEWAY: readonly StopStep[] = [{ signal: 'SIGTERM', graceMs: 20_000 }];
/** SIGTERM would let Postgres wait for its clients; SIGINT ends their sessions, SIGQUIT skips the last checkpoint. */
const POSTGRES: readonly StopStep[] = [
  { signal: 'SIGINT', graceMs: 6_000 },
  { signal: 'SIGQUIT', graceMs: 2_000 },
];
const OTHERS: readonly StopStep[] = [{ signal: 'SIGTERM', graceMs: 5_000 }];

export function stopSteps(name: string): readonly StopStep[] {
  switch (name) {
    case 'gateway':
      return GATEWAY;
    case 'postgres':
      return POSTGRES;
    default:
      return OTHERS;
  }
}
