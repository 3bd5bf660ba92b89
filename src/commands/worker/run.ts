import { checkPort } from '../../host/port';
import { sayConnections } from '../../run/connections';
import { processLog } from '../../run/log';
import { checkMetricsPorts, metricsOf, sdkAddress, startMetrics } from '../../run/metrics';
import type { MetricsAddress } from '../../run/metrics';
import { startProbes } from '../../run/probes';
import { migrateSchema } from '../../run/schema';
import { readSettings, surveySettings } from '../../run/settings';
import { startWorker } from '../../run/worker';
import { openProcess, required, simulatorOf } from '../process';
import type { ProcessOptions } from '../process';
import { onShutdown, untilStopped } from '../shutdown';
import { reloadableBySignal } from '../reload-signal';

/** What the command line says of a worker's process. */
export interface WorkerOptions extends ProcessOptions {
  host: string;
  healthPort?: number | undefined;
  metrics: MetricsAddress | undefined;
  json?: true | undefined;
}

/** Runs the queues as a process of their own until it is told to stop. */
export async function runWorker(options: WorkerOptions): Promise<number> {
  const { host, healthPort, metrics: scraped } = options;
  const config = readSettings();
  const shutdown = onShutdown();
  const reloading = reloadableBySignal(shutdown);
  const publicUrl = required(config, 'REELAY_PUBLIC_URL');
  const simulator = simulatorOf(config);
  const metrics = metricsOf(config, scraped);
  const log = processLog(config);
  if (healthPort !== undefined) await checkPort(host, healthPort);
  await checkMetricsPorts(scraped);
  await migrateSchema(config, required(config, 'DATABASE_URL'), log);
  const base = await openProcess(config, options, {
    simulator,
    survey: () => surveySettings({}),
    publicUrl: () => publicUrl,
    metrics: metrics?.counting,
    log,
  });
  reloading.begin(base);
  const stopping = new AbortController();
  const probes =
    healthPort === undefined
      ? undefined
      : await startProbes(base, { host, port: healthPort, stopping: stopping.signal });
  const page = await startMetrics(metrics, scraped, { worker: base });
  const running = await startWorker(base, () => publicUrl, sdkAddress(scraped));
  if (options.json) {
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
