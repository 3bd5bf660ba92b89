import { Option } from '@commander-js/extra-typings';
import { port, UsageError } from './values';

/** Flags of every process that can be scraped. */

/** Makes a process count and listen: without it nothing is counted. */
export const metricsPortOption = () =>
  new Option('--metrics-port <port>', 'open /metrics there; 0 = a free one').argParser(
    port('metrics-port'),
  );

/** Keeps to this machine, as the figures ask for no key. */
export const metricsHostOption = () =>
  new Option('--metrics-host <address>', 'on which address /metrics is').default('127.0.0.1');

/** Belongs to processes with a worker; the library answers there by itself. */
export const sdkMetricsPortOption = () =>
  new Option(
    '--sdk-metrics-port <port>',
    "open the figures of Temporal's library there; needs --metrics-port",
  ).argParser(port('sdk-metrics-port'));

interface MetricsOptions {
  metricsPort?: number | undefined;
  metricsHost: string;
  sdkMetricsPort?: number | undefined;
}

/** The address at which a process is scraped, as `run/metrics` takes it. */
interface ScrapedAddress {
  host: string;
  port: number;
  sdkPort: number | undefined;
}

/** Reads where a process is scraped; undefined where it is not. Throws a `UsageError` for what does not fit together. */
export function metricsAddress(options: MetricsOptions): ScrapedAddress | undefined {
  const { metricsHost, metricsPort, sdkMetricsPort } = options;
  if (metricsPort === undefined) {
    if (sdkMetricsPort === undefined) return undefined;
    throw new UsageError('--sdk-metrics-port needs --metrics-port');
  }
  if (sdkMetricsPort === 0) throw new UsageError('--sdk-metrics-port takes a port, not 0');
  return { host: metricsHost, port: metricsPort, sdkPort: sdkMetricsPort };
}
