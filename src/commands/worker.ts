import { checkPort } from '../host/port';
import { sayConnections } from '../run/connections';
import { processLog } from '../run/log';
import { checkMetricsPorts, metricsOf, sdkAddress, startMetrics } from '../run/metrics';
import { startProbes } from '../run/probes';
import { migrateSchema } from '../run/schema';
import { readSettings } from '../run/settings';
import { startWorker } from '../run/worker';
import { readFlags, wholeNumber } from './flags';
import { METRICS_FLAGS, metricsAddress } from './metrics-flags';
import { openProcess, required, simulatorOf } from './process';
import { onShutdown, untilStopped } from './shutdown';

/** Runs the queues as a process of their own until it is told to stop. */
export async function worker(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, { 'health-port': { type: 'string' }, ...METRICS_FLAGS });
  const config = readSettings();
  const shutdown = onShutdown();
  const healthPort = healthPortOf(flags.own['health-port']);
  const publicUrl = required(config, 'REELAY_PUBLIC_URL');
  const simulator = simulatorOf(config);
  const scraped = metricsAddress(flags.own);
  const metrics = metricsOf(config, scraped);
  const log = processLog(config);
  if (healthPort !== undefined) await checkPort(flags.host, healthPort);
  await checkMetricsPorts(scraped);
  await migrateSchema(config, required(config, 'DATABASE_URL'), log);
  const base = await openProcess(config, flags, {
    simulator,
    publicUrl: () => publicUrl,
    metrics: metrics?.counting,
    log,
  });
  const stopping = new AbortController();
  const probes =
    healthPort === undefined
      ? undefined
      : await startProbes(base, { host: flags.host, port: healthPort, stopping: stopping.signal });
  const page = await startMetrics(metrics, scraped, { worker: base });
  const running = await startWorker(base, () => publicUrl, sdkAddress(scraped));
  if (flags.json) {
    const health = probes ? { health: probes.origin } : {};
    process.stdout.write(`${JSON.stringify({ ready: true, ...health, pid: process.pid })}\n`);
  }
  sayConnections(log, config, ['worker']);
  log.info(
    { identity: base.identity, health: probes?.origin, metrics: page?.origin },
    'the worker polls its queues',
  );
  return untilStopped(
    shutdown,
    async () => {
      stopping.abort();
      log.info('stopping: submits under way end first');
      await running.stop();
      await probes?.close();
      await page?.close();
      await base.close();
    },
    running.failed,
  );
}

function healthPortOf(given: string | boolean | undefined): number | undefined {
  return given === undefined ? undefined : wholeNumber('health-port', String(given), 0, 65_535);
}
