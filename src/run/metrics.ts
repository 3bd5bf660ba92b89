import type { Config } from '../config';
import { checkPort } from '../host/port';
import { createMetricsPage } from '../http/metrics';
import { listen } from '../http/listen';
import type { HttpServer } from '../http/listen';
import { createProcessMetrics } from '../metrics';
import type { KnownChannels, ProcessMetrics } from '../metrics';
import { figureStore } from '../store/operator/figures';
import type { Half } from './connections';
import type { Foundation } from './foundation';

/** The address at which a process tells Prometheus what it does. */
export interface MetricsAddress {
  host: string;
  port: number;
  /** The port of the engine's own library, which answers by itself; undefined = it does not. Never 0, which nobody would find. */
  sdkPort: number | undefined;
}

/** Makes the metrics of a process that somebody scrapes; undefined where nobody does, so that nothing is counted. */
export function metricsOf(
  config: Pick<Config, 'models' | 'channels'>,
  address: MetricsAddress | undefined,
): ProcessMetrics | undefined {
  if (!address) return undefined;
  return createProcessMetrics({
    models: Object.keys(config.models),
    channels: Object.keys(config.channels),
  });
}

/**
 * Starts `/metrics` of a process that is scraped. The figures of the whole installation are told by the API: it takes the jobs that wait,
 * and is there to tell of them also when no worker runs.
 */
export async function startMetrics(
  metrics: ProcessMetrics | undefined,
  address: MetricsAddress | undefined,
  bases: Partial<Record<Half, Foundation>>,
): Promise<HttpServer | undefined> {
  if (!metrics || !address) return undefined;
  const pools = Object.entries(bases).map(([half, { database }]) => [half, database.pool] as const);
  metrics.showPools(Object.fromEntries(pools));
  if (bases.api) {
    const { db, config } = bases.api;
    metrics.showFigures({
      figures: figureStore(db),
      known: knownChannels(bases.api),
      maxAgeMs: config.waits.figuresMs,
      now: Date.now,
    });
  }
  return listen(createMetricsPage(metrics), { host: address.host, port: address.port });
}

function knownChannels({ catalog, caps }: Foundation): KnownChannels {
  return {
    channels: catalog.channels().map(({ name }) => name),
    groups: catalog.groups(),
    caps: Object.fromEntries(
      Object.entries(caps.channels).flatMap(([name, { jobsAtOnce }]) =>
        jobsAtOnce === undefined ? [] : [[name, jobsAtOnce]],
      ),
    ),
  };
}

/** Returns where the engine's library is to tell its own metrics, such as `127.0.0.1:9465`. */
export function sdkAddress(address: MetricsAddress | undefined): string | undefined {
  if (address?.sdkPort === undefined) return undefined;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${String(address.sdkPort)}`;
}

/** Throws a sentence where a port of the metrics is taken. */
export async function checkMetricsPorts(address: MetricsAddress | undefined): Promise<void> {
  if (!address) return;
  for (const port of [address.port, address.sdkPort]) {
    if (port !== undefined) await checkPort(address.host, port);
  }
}
