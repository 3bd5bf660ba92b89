import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config';
import { ensureSweep } from '../../engine/schedule';
import { checkPort } from '../../host/port';
import { startApi } from '../../run/api';
import { sayConnections } from '../../run/connections';
import { ensureFirstWorkspace } from '../../run/first-workspace';
import { processLog } from '../../run/log';
import { checkMetricsPorts, metricsOf, startMetrics } from '../../run/metrics';
import type { MetricsAddress } from '../../run/metrics';
import { migrateSchema } from '../../run/schema';
import { readSettings, surveySettings } from '../../run/settings';
import { openProcess, required, simulatorOf } from '../process';
import type { ProcessOptions } from '../process';
import { onShutdown, untilStopped } from '../shutdown';
import { reloadableBySignal } from '../reload-signal';

/** What the command line says of the API's process. */
export interface ApiOptions extends ProcessOptions {
  host: string;
  port: number;
  metrics: MetricsAddress | undefined;
  json?: true | undefined;
}

/** Runs the HTTP side as a process of its own until it is told to stop. */
export async function runApi(options: ApiOptions): Promise<number> {
  const { host, port, metrics: scraped } = options;
  const config = readSettings();
  const shutdown = onShutdown();
  const reloading = reloadableBySignal(shutdown);
  const publicUrl = publicUrlOfApi(config, host);
  const simulator = simulatorOf(config);
  const metrics = metricsOf(config, scraped);
  const log = processLog(config);
  await checkPort(host, port);
  await checkMetricsPorts(scraped);
  await migrateSchema(config, required(config, 'DATABASE_URL'), log);
  const address = { origin: '' };
  const base = await openProcess(config, options, {
    simulator,
    survey: () => surveySettings({}),
    publicUrl: () => address.origin,
    metrics: metrics?.counting,
    log,
  });
  reloading.begin(base);
  const first = await ensureFirstWorkspace(base, options.data);
  const page = await startMetrics(metrics, scraped, { api: base });
  const server = await startApi(base, { host, port });
  address.origin = publicUrl ?? server.origin;
  await ensureSweep(base.client, config.waits);
  if (options.json) {
    const ready = { ready: true, api: server.origin, ...first.keys, pid: process.pid };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
  }
  sayConnections(log, config, ['api']);
  log.info({ api: server.origin, metrics: page?.origin }, 'the API listens');
  return untilStopped(shutdown, async () => {
    server.drain();
    log.info({ drainMs: config.waits.drainMs }, 'stopping: not ready; callers move elsewhere');
    await sleep(config.waits.drainMs);
    await server.close();
    await page?.close();
    await base.close();
  });
}

/**
 * Gives the URL at which callers reach this API, for the links in its answers, such as `https://video.example.com`. An
 * API that listens on this machine alone needs none, since it is called where it listens; any other throws without one.
 */
function publicUrlOfApi(config: Config, host: string): string | undefined {
  if (LOOPBACK.includes(host)) return config.environment.REELAY_PUBLIC_URL;
  return required(config, 'REELAY_PUBLIC_URL');
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];
