import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config, Survey } from '../config';
import type { Simulator } from '../core/ports/simulators';
import { ENGINE } from '../engine/dev-server';
import { launchEngine } from '../engine/launcher';
import type { RunningEngine } from '../engine/launcher';
import { ensureSweep } from '../engine/schedule';
import type { RunningWorkers } from '../engine/worker';
import { claimDataFolder } from '../host/data-folder';
import { checkPort } from '../host/port';
import { readRun } from '../host/run-file';
import { launchStore } from '../postgres/launcher';
import type { RunningStore } from '../postgres/launcher';
import { openFoundation } from './foundation';
import type { Foundation } from './foundation';
import { startApi } from './api';
import { startWorker } from './worker';
import { ensureFirstWorkspace } from './first-workspace';
import type { DevelopmentKeys } from './secrets';
import { checkMetricsPorts, metricsOf, sdkAddress, startMetrics } from './metrics';
import type { MetricsAddress } from './metrics';
import { resealAtStart } from './reseal';
import { migrateSchema } from './schema';
import { loadSimulators } from './simulators';
import { createStack } from './stack';
import type { Stack } from './stack';
import { sayConnections } from './connections';
import { stopMsMax } from './stop-waits';
import { supervise } from './supervise';

/** The whole gateway on one machine: engine, database, simulator, API and worker, from one data folder. */
export interface LocalOptions {
  config: Config;
  /** Reads the config anew; absent = it stays as it is. */
  survey?: (() => Survey) | undefined;
  data: string;
  host: string;
  port: number;
  /** Our own engine listens here; on the ports of the last start when they are not given. */
  temporalPort?: number | undefined;
  temporalUiPort?: number | undefined;
  /** The address at which Prometheus finds this process; undefined = it is not scraped. */
  metrics?: MetricsAddress | undefined;
  allowCallbacksTo: readonly string[];
  /** Writes one line for the person at the terminal. */
  say(line: string): void;
  log: Logger;
}

export interface LocalGateway {
  base: Foundation;
  /** Origin of the API. */
  api: string;
  /** Origin of `/metrics`; undefined where nobody scrapes. */
  metrics: string | undefined;
  keys: DevelopmentKeys;
  workspaceId: string;
  engine: RunningEngine;
  store: RunningStore;
  simulator: Simulator | undefined;
  worker: RunningWorkers;
  /** Rejects when a worker dies by itself. */
  failed: Promise<never>;
  /** Stops HTTP and worker, then the engine, then Postgres. */
  stop(): Promise<void>;
}

export async function runLocal(options: LocalOptions): Promise<LocalGateway> {
  const stack = createStack((name, err) => {
    options.log.error({ err }, `stopping ${name} failed`);
  });
  try {
    return await startAll(options, stack);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function startAll(options: LocalOptions, stack: Stack): Promise<LocalGateway> {
  const { config, data, log } = options;
  const simulators = loadSimulators(config);
  const folder = await claimDataFolder(data, { stopMs: stopMsMax(config.waits) });
  stack.push('data folder', () => folder.release());
  await checkPorts(options);
  const { store, engine } = await launchBoth(options, stack);
  const migrated = await migrateSchema(config, store.adminUrl, log);
  log.info({ applied: migrated.applied, version: migrated.version }, 'database schema is current');

  const simulator = await simulators?.start({
    stateFolder: join(data, 'simulator'),
    say: (line) => log.info(line),
  });
  if (simulator) stack.push('simulator', () => simulator.stop());

  const address = { origin: '' };
  const publicUrl = (): string => config.environment.REELAY_PUBLIC_URL ?? address.origin;
  const metrics = metricsOf(config, options.metrics);
  const base = await openFoundation({
    ...options,
    metrics: metrics?.counting,
    engineAddress: engine.address,
    databaseUrl: store.url,
    simulator,
    publicUrl,
  });
  stack.push('connections', () => base.close());
  const first = await resealAtStart(base).then(() => ensureFirstWorkspace(base, data));

  // A burst of activities takes no connection from the API, nor the other way round.
  const workerBase = base.withOwnPool();
  stack.push('connections of the worker', () => workerBase.close());
  const page = await startMetrics(metrics, options.metrics, { api: base, worker: workerBase });
  stack.push('metrics', () => page?.close());
  const worker = await startWorker(
    workerBase,
    (channel) => (channel.simulated ? address.origin : config.environment.REELAY_PUBLIC_URL),
    sdkAddress(options.metrics),
  );
  stack.push('worker', () => worker.stop());
  const api = await startApi(base, options);
  address.origin = api.origin;
  // Together, so that no new submit begins while the last answers go out; what the two use is stopped after both.
  stack.push('API and worker', () =>
    Promise.all([api.close(), worker.stop()]).then(() => undefined),
  );
  await ensureSweep(base.client, config.waits);
  sayConnections(log, config, ['api', 'worker']);
  return {
    base,
    api: api.origin,
    metrics: page?.origin,
    ...first,
    engine,
    store,
    simulator,
    worker,
    failed: worker.failed,
    stop: () => stack.stop(),
  };
}

/** Throws a sentence where a port that this start needs is taken. */
async function checkPorts(options: LocalOptions): Promise<void> {
  await checkPort(options.host, options.port);
  await checkMetricsPorts(options.metrics);
  // A server that an earlier gateway left has these itself, and is stopped or taken over below.
  if (!readRun(options.data, ENGINE)) {
    for (const port of [options.temporalPort, options.temporalUiPort]) {
      if (port !== undefined) await checkPort('127.0.0.1', port);
    }
  }
}

/**
 * Launches engine and Postgres at once, since each takes seconds; when one fails the other is stopped before the error
 * goes on. One that dies later is launched again where it was.
 */
async function launchBoth(
  { config, data, say, log, temporalPort, temporalUiPort }: LocalOptions,
  stack: Stack,
): Promise<{ store: RunningStore; engine: RunningEngine }> {
  const startStore = (port?: number): Promise<RunningStore> =>
    launchStore({ data, databaseUrl: config.environment.DATABASE_URL, say, port });
  const startEngine = (port?: number, uiPort?: number): Promise<RunningEngine> =>
    launchEngine({
      data,
      cache: config.cacheFolder,
      namespace: config.environment.TEMPORAL_NAMESPACE,
      environment: config.childEnvironment,
      say,
      port,
      uiPort,
    });
  const [store, engine] = await Promise.allSettled([
    startStore(),
    startEngine(temporalPort, temporalUiPort),
  ]);
  if (store.status === 'fulfilled') {
    const child = store.value;
    const relaunch = (): Promise<RunningStore> => startStore(child.port);
    const supervised = supervise({ name: 'Postgres', child, relaunch, log });
    stack.push('Postgres', () => supervised.stop());
  }
  if (engine.status === 'fulfilled') {
    const child = engine.value;
    const relaunch = (): Promise<RunningEngine> =>
      startEngine(portOf(child.address), portOf(child.uiUrl));
    const supervised = supervise({ name: 'the engine', child, relaunch, log });
    stack.push('engine', () => supervised.stop());
  }
  if (store.status === 'rejected') throw store.reason;
  if (engine.status === 'rejected') throw engine.reason;
  return { store: store.value, engine: engine.value };
}

/** Reads the port of an address, such as 7233 of `127.0.0.1:7233` or of an origin; undefined where it names none. */
function portOf(address: string | undefined): number | undefined {
  const port = Number(address?.slice(address.lastIndexOf(':') + 1));
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
