import { join } from 'node:path';
import { readConfig } from '../config';
import type { Config } from '../config';
import { engineConnection } from '../engine/connection';
import { prepareNamespace } from '../engine/prepare';
import { ensureSweep } from '../engine/schedule';
import { checkPort } from '../host/port';
import { stopAll } from '../host/stop-all';
import { providers } from '../providers';
import { needsSimulator } from '../run/channels';
import type { SimulatorAddress } from '../run/channels';
import { ensureFirstWorkspace } from '../run/first-workspace';
import { openFoundation } from '../run/foundation';
import type { Foundation } from '../run/foundation';
import { processLog } from '../run/log';
import { startApi, startWorker } from '../run/parts';
import { migrateSchema } from '../run/schema';
import { startSimulator } from '../simulator';
import { readFlags } from './flags';
import type { CommonFlags } from './flags';
import { onShutdown } from './shutdown';

/**
 * The same code as `start`, a process each: any number of `api` and `worker` on one engine, one database and one
 * shared data folder. They log JSON lines on stderr.
 */

const API_PORT = 8080;
const SIMULATOR_PORT = 8090;
const SIMULATOR_HOST = '127.0.0.1';

export async function api(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {});
  const config = readConfig();
  const port = flags.port ?? API_PORT;
  await checkPort(flags.host, port);
  await migrateSchema(config, required(config, 'DATABASE_URL'), processLog());
  const address = { origin: '' };
  const base = await open(config, flags, () => address.origin);
  const first = await ensureFirstWorkspace(base, flags.data);
  const server = await startApi(base, { host: flags.host, port });
  address.origin = config.environment.REELAY_PUBLIC_URL ?? server.origin;
  await ensureSweep(base.client, config.waits);
  if (flags.json) {
    const ready = { ready: true, api: server.origin, ...first.keys, pid: process.pid };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
  }
  base.log.info({ api: server.origin }, 'the API listens');
  return untilStopped(async () => {
    await server.close();
    await base.close();
  });
}

export async function worker(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {});
  const config = readConfig();
  await migrateSchema(config, required(config, 'DATABASE_URL'), processLog());
  const publicUrl = config.environment.REELAY_PUBLIC_URL;
  const base = await open(config, flags, () => publicUrl ?? '');
  const running = await startWorker(base, () => publicUrl);
  if (flags.json) process.stdout.write(`${JSON.stringify({ ready: true, pid: process.pid })}\n`);
  base.log.info({ identity: base.identity }, 'the worker polls its queues');
  return untilStopped(async () => {
    await running.stop();
    await base.close();
  }, running.failed);
}

export async function simulator(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {});
  const port = flags.port ?? SIMULATOR_PORT;
  await checkPort(SIMULATOR_HOST, port);
  const running = await startSimulator({
    providers,
    port,
    stateFolder: join(flags.data, 'simulator'),
  });
  const ready = { ready: true, url: running.url, pid: process.pid };
  process.stdout.write(flags.json ? `${JSON.stringify(ready)}\n` : `simulator on ${running.url}\n`);
  return untilStopped(() => running.stop());
}

export async function migrateCommand(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {});
  const config = readConfig();
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
  publicUrl: () => string,
): Promise<Foundation> {
  const engineAddress = required(config, 'TEMPORAL_ADDRESS');
  await prepareNamespace(
    engineConnection(engineAddress, config.environment),
    config.environment.TEMPORAL_NAMESPACE,
  );
  return openFoundation({
    config,
    data: flags.data,
    engineAddress,
    databaseUrl: required(config, 'DATABASE_URL'),
    simulator: needsSimulator(config) ? simulatorAt(config) : undefined,
    allowCallbacksTo: flags.allowCallbacksTo,
    publicUrl,
    log: processLog(),
  });
}

function simulatorAt(config: Config): SimulatorAddress {
  const url = required(config, 'REELAY_SIMULATOR_URL').replace(/\/+$/, '');
  return { origin: new URL(url).origin, baseUrlOf: (provider) => `${url}/${provider}` };
}

type Required = 'TEMPORAL_ADDRESS' | 'DATABASE_URL' | 'REELAY_SIMULATOR_URL';

function required(config: Config, name: Required): string {
  const value = config.environment[name];
  if (value === undefined) {
    throw new Error(`${name} is not set; separate processes need it ("start" brings its own)`);
  }
  return value;
}

async function untilStopped(close: () => Promise<void>, failed?: Promise<never>): Promise<number> {
  const shutdown = onShutdown();
  try {
    await Promise.race([shutdown.requested, ...(failed ? [failed] : [])]);
    return 0;
  } finally {
    await close();
    shutdown.dispose();
  }
}
