import type { AcceptDeps } from '../gateway';
import type { Foundation } from './foundation';

/** Returns what create stands on, whether an endpoint or a workflow asks. */
export function acceptDeps({ config, quotes, ...base }: Foundation): AcceptDeps {
  const { store, catalog, outbound, blobs, links, log } = base;
  const { limits, waits } = config;

  return {
    store,
    catalog,
    outbound,
    links,
    blobs,
    quotes,
    limits,
    waits,
    now: Date.now,
    lot: Math.random,
    log,
  };
}
