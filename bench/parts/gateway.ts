import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, FileConfigInput } from '../../src/config';
import { freePorts } from '../../src/host/free-port';
import type { Stack } from '../../src/run/stack';
import { OWNER } from '../../src/postgres/roles';
import type { ProcessTable } from '../machine/processes';
import { execute } from './database';
import { startReady } from './program';
import { withoutOurs } from './servers';
import type { Servers } from './servers';

/**
 * A gateway as it runs in production: API, worker and (for want of a provider) simulator are processes of their own,
 * with a database and a namespace of their own. Where what a phase leaves behind would disturb the next one, that one
 * gets a fresh gateway.
 */
export interface BenchGateway {
  api: string;
  headers: Record<string, string>;
  namespace: string;
  /** How the bench reads its rows. */
  databaseUrl: string;
  simulatorUrl: string;
  /** The origin of the API's page of metrics; nobody listens there where it was not asked for. */
  metrics: string;
  watched: ProcessTable;
  /** Rejects when one of its processes ends by itself. */
  failed: Promise<never>;
  /** Ends all of it at once; repeatable. */
  stop(): Promise<void>;
}

export interface GatewayBase {
  config: Config;
  servers: Servers;
  stack: Stack;
  /** Throws once the run was told to stop: what starts after the stack was stopped would stay. */
  goOn(): void;
}

export interface GatewayOptions {
  /** Names its database, its namespace and its data folder. */
  name: string;
  /** The waits that are not the defaults. */
  waits?: FileConfigInput['waits'];
  /** Opens the API's page of metrics. */
  hasMetrics?: true;
}

export async function startGateway(
  { config, servers, stack, goOn }: GatewayBase,
  { name, waits = {}, hasMetrics }: GatewayOptions,
): Promise<BenchGateway> {
  const data = join(servers.data, name);
  mkdirSync(data, { mode: 0o700 });
  const file = join(data, 'reelay.config.json');
  writeFileSync(file, JSON.stringify({ waits }));
  await execute(servers.benchUrl('postgres'), `CREATE DATABASE ${name} OWNER ${OWNER}`);
  // Chosen here, so that all three can start at once.
  const [simulatorPort = 0, apiPort = 0, metricsPort = 0] = await freePorts(3);
  const urls = { api: urlOf(apiPort), simulator: urlOf(simulatorPort) };
  const env = {
    ...environmentOf({ config, servers }, name),
    REELAY_CONFIG: file,
    REELAY_PUBLIC_URL: urls.api,
    REELAY_SIMULATOR_URL: urls.simulator,
  };
  goOn();
  const start = (command: string, ...args: string[]): ProgramStart => {
    const all = [SCRIPT, command, '--json', '--data', data, ...args];
    return startReady({ name: command, data, command: process.execPath, args: all, env });
  };
  const callbacks = ['--allow-callbacks-to', LOOPBACK];
  const metrics = hasMetrics ? ['--metrics-port', String(metricsPort)] : [];
  const parts = {
    simulator: start('simulator', '--port', String(simulatorPort)),
    api: start('api', '--host', LOOPBACK, '--port', String(apiPort), ...callbacks, ...metrics),
    worker: start('worker', ...callbacks),
  };
  const programs = Object.values(parts).map(({ program }) => program);
  const stop = async (): Promise<void> => {
    await Promise.all(programs.map((program) => program.stop()));
  };
  stack.push(`gateway ${name}`, stop);
  const [{ key }] = await Promise.all([parts.api.ready, parts.worker.ready, parts.simulator.ready]);
  return {
    api: urls.api,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    namespace: name,
    databaseUrl: servers.benchUrl(name),
    simulatorUrl: urls.simulator,
    metrics: urlOf(metricsPort),
    watched: Object.fromEntries(
      Object.entries(parts).map(([part, { program }]) => [part, { pid: program.pid }]),
    ),
    failed: Promise.race(programs.map(({ failed }) => failed)),
    stop,
  };
}

/** What every process of one gateway is told, and nothing of the operator's own Reelay. */
function environmentOf(
  { config, servers }: Pick<GatewayBase, 'config' | 'servers'>,
  name: string,
): Record<string, string | undefined> {
  return {
    ...withoutOurs(config.childEnvironment),
    DATABASE_URL: servers.ownerUrl(name),
    TEMPORAL_ADDRESS: servers.engine.address,
    TEMPORAL_NAMESPACE: name,
    REELAY_SECRET_KEY: randomBytes(32).toString('base64'),
  };
}

type ProgramStart = ReturnType<typeof startReady<{ key: string }>>;

const LOOPBACK = '127.0.0.1';
const urlOf = (port: number): string => `http://${LOOPBACK}:${String(port)}`;

/** The command as a person runs it, without npm's own process around it. */
const SCRIPT = join(__dirname, '..', '..', '..', 'scripts', 'reelay.mjs');
