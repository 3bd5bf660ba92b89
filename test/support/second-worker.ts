import { createRates } from '../../src/attempts/rates';
import type { RunningWorkers } from '../../src/engine/worker';
import type { Foundation } from '../../src/run/foundation';
import { rateLimitsOf } from '../../src/run/rate-limits';
import { startWorker } from '../../src/run/worker';

/** Starts a worker as another process has it: its own connections, and nothing known of rates but the rows. */
export function startSecondWorker(first: Foundation): Promise<RunningWorkers> {
  const base = first.withOwnPool();
  const rates = createRates({
    limits: () => rateLimitsOf(base.config),
    store: base.store.rates,
    pauseMaxMs: base.config.waits.lookRetryAfterMaxMs,
    now: Date.now,
    random: Math.random,
    log: base.log,
  });
  return startWorker({ ...base, rates, identity: 'second' }, () => undefined);
}
