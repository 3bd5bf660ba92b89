import type { Logger } from 'pino';
import type { Config } from '../config';
import type { Catalog } from '../core/catalog/catalog';
import type { Outbound } from '../core/ports/outbound';
import type { Store } from '../core/ports/store/store';
import type { Traces } from '../core/ports/traces';
import { openTraces, tracedOutbound, tracedStore } from '../traces';
import { VERSION } from './version';

/** The traces of a process and what puts spans around its ports; where nobody exports any, ports stay as they are. */
export interface Tracing {
  traces: Traces | undefined;
  store(store: Store): Store;
  outbound(outbound: Outbound): Outbound;
}

/** Opens them by the variables of the environment. Throws one sentence for a variable that asks for what we lack. */
export function tracingOf(
  { environment, waits }: Pick<Config, 'environment' | 'waits'>,
  { identity: instance, log, catalog }: { identity: string; log: Logger; catalog: Catalog },
): Tracing {
  const flushMs = waits.tracesFlushMs;
  const traces = openTraces(environment, { version: VERSION, instance, flushMs, log });
  const carriesTo = (channel: string): boolean =>
    catalog.channel(channel)?.channel.carriesTraces === true;
  return {
    traces,
    store: (store) => (traces ? tracedStore(store, traces) : store),
    outbound: (outbound) => (traces ? tracedOutbound(outbound, traces, carriesTo) : outbound),
  };
}
