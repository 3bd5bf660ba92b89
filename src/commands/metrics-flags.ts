import type { MetricsAddress } from '../run/metrics';
import { UsageError, portOf } from './flags';

/** Flags of every process that can be scraped. Without `--metrics-port` nothing is counted and nothing listens. */
export const METRICS_FLAGS = {
  'metrics-port': { type: 'string' },
  'metrics-host': { type: 'string', default: '127.0.0.1' },
  'sdk-metrics-port': { type: 'string' },
} as const;

type Values = Partial<Record<keyof typeof METRICS_FLAGS, string | boolean | undefined>>;

/** Reads where a process is scraped; undefined where it is not. Throws a `UsageError` for what does not fit together. */
export function metricsAddress(values: Values): MetricsAddress | undefined {
  const port = portOf('metrics-port', values['metrics-port']);
  const sdkPort = portOf('sdk-metrics-port', values['sdk-metrics-port']);
  if (port === undefined) {
    if (sdkPort === undefined) return undefined;
    throw new UsageError('--sdk-metrics-port needs --metrics-port');
  }
  if (sdkPort === 0) throw new UsageError('--sdk-metrics-port takes a port, not 0');
  return { host: String(values['metrics-host'] ?? '127.0.0.1'), port, sdkPort };
}
