import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings } from '../run/settings';
import type { Config } from '../config';
import { ensureSweep } from '../engine/schedule';
import { makeDataFolder } from '../host/data-folder';
import { checkPort } from '../host/port';
import { stopAll } from '../host/stop-all';
import { sayConnections } from '../run/connections';
import { ensureFirstWorkspace } from '../run/first-workspace';
import { openFoundation } from '../run/foundation';
import type { Foundation, FoundationOptions } from '../run/foundation';
import { processLog } from '../run/log';
import { startApi, startProbes, startWorker } from '../run/parts';
import { prepareEngine } from '../run/prepare-engine';
import { migrateSchema } from '../run/schema';
import { loadSimulators } from '../run/simulators';
import { readFlags, wholeNumber } from './flags';
import type { CommonFlags } from './flags';
import { onShutdown, untilStopped } from './shutdown';

/**
 * The same code as `start`, a process each: any number of `api` and `worker` on one engine, one database and one
 * shared data folder. They log JSON lines on stderr.
 */

const API_PORT = 8080;

export async function api(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {});
  const config = readSettings();
  const shutdown = onShutdown();
  const port = flags.port ?? API_PORT;
  const publicUrl = publicUrlOfApi(config, flags.host);
  const simulator = simulatorOf(config);
  const log = processLog();
  await checkPort(flags.host, port);
  await migrateSchema(config, required(config, 'DATABASE_URL'), log);
  const address = { origin: '' };
  const base = await open(config, flags, {
    simulator,
    publicUrl: () => address.origin,
    log,
  });
  const first = await ensureFirstWorkspace(base, flags.data);
  const server = await startApi(base, { host: flags.host, port });
  address.origin = publicUrl ?? server.origin;
  await ensureSweep(base.client, config.waits);
  if (flags.json) {
    const ready = { ready: true, api: server.origin, ...first.keys, pid: process.pid };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
  }
  sayConnections(log, config, ['api']);
  log.info({ api: server.origin }, 'the API listens');
  return untilStopped(shutdown, async () => {
    server.drain();
    log.info({ drainMs: config.waits.drainMs }, 'stopping: not ready; callers move elsewhere');
    await sleep(config.waits.drainMs);
    await server.close();
    await base.close();
  });
}

export async function worker(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, { 'health-port': { type: 'string' } });
  const config = readSettings();
  const shutdown = onShutdown();
  const healthPort = healthPortOf(flags.own['health-port']);
  const publicUrl = required(config, 'REELAY_PUBLIC_URL');
  const simulator = simulatorOf(config);
  const log = processLog();
  if (healthPort !== undefined) await checkPort(flags.host, healthPort);
  await migrateSchema(config, required(config, 'DATABASE_URL'), log);
  const base = await open(config, flags, { simulator, publicUrl: () => publicUrl, log });
  const stopping = new AbortController();
  const probes =
    healthPort === undefined
      ? undefined
      : await startProbes(base, { host: flags.host, port: healthPort, stopping: stopping.signal });
  const running = await startWorker(base, () => publicUrl);
  if (flags.json) {
    const health = probes ? { health: probes.origin } : {};
    process.stdout.write(`${JSON.stringify({ ready: true, ...health, pid: process.pid })}\n`);
  }
  sayConnections(log, config, ['worker']);
  log.info({ identity: base.identity, health: probes?.origin }, 'the worker polls its queues');
  return untilStopped(
    shutdown,
    async () => {
      stopping.abort();
      log.info('stopping: submits under way end first');
      await running.stop();
      await probes?.close();
      await base.close();
    },
    running.failed,
  );
}

function healthPortOf(given: string | boolean | undefined): number | undefined {
  return given === undefined ? undefined : wholeNumber('health-port', String(given), 0, 65_535);
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

export async function migrateCommand(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {});
  const config = readSettings();
  const result = await migrateSchema(config, required(config, 'DATABASE_URL'), processLog());
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(result)}\n`
      : `schema ${result.version}; applied: ${result.applied.join(', ') || 'nothing new'}\n`,
  );
  return 0;
}

export async function stop(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {});
  const stopped = await stopAll(flags.data);
  const names = stopped.map(({ name, pid }) => `${name} (pid ${String(pid)})`);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ stopped })}\n`
      : `stopped: ${names.join(', ') || 'nothing was running'}\n`,
  );
  return 0;
}

async function open(
  config: Config,
  flags: CommonFlags,
  { simulator, publicUrl, log }: Pick<FoundationOptions, 'simulator' | 'publicUrl' | 'log'>,
): Promise<Foundation> {
  const engineAddress = required(config, 'TEMPORAL_ADDRESS');
  const data = makeDataFolder(flags.data);
  const databaseUrl = required(config, 'DATABASE_URL');
  await prepareEngine(config, { address: engineAddress, databaseUrl, log });
  return openFoundation({
    config,
    data,
    engineAddress,
    databaseUrl,
    simulator,
    allowCallbacksTo: flags.allowCallbacksTo,
    publicUrl,
    log,
  });
}

/** The simulator that simulated channels lead to; undefined where the config has none. */
function simulatorOf(config: Config): FoundationOptions['simulator'] {
  return loadSimulators(config)?.at(required(config, 'REELAY_SIMULATOR_URL'));
}

/** Says what each variable is for, where a process of its own cannot know it. */
const REQUIRED = {
  TEMPORAL_ADDRESS: 'separate processes need it ("start" brings its own)',
  DATABASE_URL: 'separate processes need it ("start" brings its own)',
  REELAY_SIMULATOR_URL: 'separate processes need it ("start" brings its own)',
  REELAY_PUBLIC_URL:
    'the links in answers and callbacks begin with it, such as https://video.example.com, and a process cannot ' +
    'know under which name callers reach the API',
} as const;

function required(config: Config, name: keyof typeof REQUIRED): string {
  const value = config.environment[name];
  if (value === undefined) throw new Error(`${name} is not set; ${REQUIRED[name]}`);
  return value;
}
