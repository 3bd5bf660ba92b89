import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { readConfig } from '../../../src/config';
import type { FileConfigInput } from '../../../src/config';
import { connectClient } from '../../../src/engine/connection';
import { launchEngine } from '../../../src/engine/launcher';
import type { RunningEngine } from '../../../src/engine/launcher';
import { claimDataFolder } from '../../../src/host/data-folder';
import { freePorts } from '../../../src/host/free-port';
import { readRun } from '../../../src/host/run-file';
import { launchStore } from '../../../src/postgres/launcher';
import type { Stack } from '../../../src/run/stack';
import { ready, reelay } from '../command';
import type { Command } from '../command';
import { startProcess } from '../kill/child';
import type { Child } from '../kill/child';
import { startTcpProxy } from '../tcp-proxy';
import type { TcpProxy } from '../tcp-proxy';
import type { OtherRelease } from './other-release';
import { startReceiver } from './receiver';
import type { Receiver } from './receiver';

/**
 * Reelay as an operator runs it, `api` and `worker` as processes of their own with all of their metrics, on a real engine
 * and database, with simulated providers. Each part can be taken away.
 */
export interface Installation {
  data: string;
  api: string;
  key: string;
  receiver: Receiver;
  /** What the API alone reaches engine and database through. */
  toEngine: TcpProxy;
  toDatabase: TcpProxy;
  client: Awaited<ReturnType<typeof connectClient>>['client'];
  /** The ports here that stand for those of the shipped prometheus.yml. */
  ports: Readonly<Record<number, number>>;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  /** Starts a worker with other workflows where ours was scraped; ours must not run. */
  startOtherRelease(): Promise<Child>;
  /** Launches the engine again, with so many requests a second for the namespace. */
  limitEngine(perSecond: number): Promise<void>;
  /** Runs a statement as the owner of the tables. */
  sql(text: string): Promise<void>;
  /** Gives the last lines that the processes wrote. */
  said(): string;
}

const NAMESPACE = 'reelay';
const PROVIDER_MODEL = 'doubao-seedance-2-0-260128';
const modelOn = (channel: string) => ({
  channels: [{ channel, model: PROVIDER_MODEL }],
  price: { perJob: '1' },
});

/** Short waits, so that what goes wrong has gone wrong within seconds; everything else is as shipped. */
const CONFIG = {
  channels: {
    well: { provider: 'ark', simulated: true },
    narrow: { provider: 'ark', simulated: true, jobsAtOnce: 1 },
    sick: { provider: 'ark', simulated: true },
  },
  models: { well: modelOn('well'), narrow: modelOn('narrow'), sick: modelOn('sick') },
  waits: {
    sendMs: 2_000,
    unknownGraceMs: 500,
    unknownMs: 2_000,
    unknownLookMs: 250,
    noOutputGraceMs: 500,
    cadence: { firstLookShare: 0, intervalMinMs: 250, intervalMaxMs: 250, intervalShare: 0.1 },
    deliverySchedule: [0, 300, 300, 300],
    sweepEveryMs: 2_000,
    ledgerCheckEveryMs: 2_000,
    sweepAgeMs: 1_000,
    stickyMs: 1_000,
    startAgainMaxMs: 1_000,
    figuresMs: 0,
    healthMs: 200,
    drainMs: 0,
    shutdownMs: 1_000,
    cutMs: 500,
  },
  limits: { breakerSubmits: 3 },
} satisfies FileConfigInput;

/** Starts all of it; whatever happens, the stack stops what was started. */
export async function install(stack: Stack): Promise<Installation> {
  const data = mkdtempSync(join(tmpdir(), 'reelay-alerts-'));
  stack.push('folder', () => rmSync(data, { recursive: true, force: true }));
  chmodSync(data, 0o711);
  const folder = await claimDataFolder(data);
  stack.push('claim', () => folder.release());
  const machine = await startMachine(data, stack);
  const [apiPort = 0, own = 0, worker = 0, sdk = 0] = await freePorts(4);
  const api = `http://127.0.0.1:${String(apiPort)}`;
  const config = join(data, 'reelay.config.json');
  writeFileSync(config, JSON.stringify(CONFIG));
  const receiver = await startReceiver();
  stack.push('receiver', () => receiver.close());
  const commands: Command[] = [];
  const run = (args: readonly string[], env: Record<string, string> = {}): Command => {
    const command = reelay([...args, '--json', '--data', data], { REELAY_CONFIG: config, ...env });
    commands.push(command);
    stack.push(args[0] ?? '', () => stop(command));
    return command;
  };
  const simulator = await ready<{ url: string }>(run(['simulator', '--port', '0']));
  const shared = { REELAY_SIMULATOR_URL: simulator.url, REELAY_PUBLIC_URL: api };
  const allowed = ['--allow-callbacks-to', '127.0.0.1'];
  const apiFlags = ['--port', String(apiPort), '--metrics-port', String(own)];
  const { key } = await ready<{ key: string }>(
    run(['api', ...apiFlags, ...allowed], { ...shared, ...machine.throughProxies }),
  );
  const sdkFlags = ['--metrics-port', String(worker), '--sdk-metrics-port', String(sdk)];
  let working: Command | undefined;
  const startWorker = async (): Promise<void> => {
    working = run(['worker', ...sdkFlags, ...allowed], { ...shared, ...machine.direct });
    await ready(working);
  };
  await startWorker();
  return {
    ...machine,
    data,
    api,
    key,
    receiver,
    ports: { 9464: own, 9466: worker, 9465: sdk },
    startWorker,
    stopWorker: async () => {
      if (working) await stop(working);
    },
    startOtherRelease: () => startOtherRelease({ data, stack, port: sdk, ...machine }),
    said: () =>
      commands.map((command) => command.err().split('\n').slice(-15).join('\n')).join('\n'),
  };
}

const STOPS_MS = 20_000;

async function stop({ child, ended }: Command): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOPS_MS);
  await ended;
  clearTimeout(late);
}

/** Starts what the processes stand on: engine, database, and the wires of the API to both. */
async function startMachine(data: string, stack: Stack) {
  const store = await launchStore({ data, say: () => undefined });
  stack.push('Postgres', () => store.stop());
  const launch = (own: Partial<Parameters<typeof launchEngine>[0]> = {}): Promise<RunningEngine> =>
    launchEngine({
      data,
      cache: readConfig().cacheFolder,
      namespace: NAMESPACE,
      environment: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      say: () => undefined,
      ...own,
    });
  let engine = await launch();
  stack.push('engine', () => engine.stop());
  const { address } = engine;
  const database = new URL(store.adminUrl);
  const toEngine = await startTcpProxy(address);
  stack.push('wire to the engine', () => toEngine.close());
  const toDatabase = await startTcpProxy(database.host);
  stack.push('wire to the database', () => toDatabase.close());
  const { client, close } = await connectClient({ address }, NAMESPACE);
  stack.push('client', close);
  database.host = toDatabase.address;
  return {
    address,
    toEngine,
    toDatabase,
    client,
    direct: environmentOf(address, store.adminUrl),
    async sql(text: string): Promise<void> {
      const direct = new Client({ connectionString: store.adminUrl });
      await direct.connect();
      await direct.query(text).finally(() => direct.end());
    },
    throughProxies: environmentOf(toEngine.address, database.href),
    async limitEngine(perSecond: number) {
      const program = String(readRun(data, 'engine')?.['program']);
      const ports = { port: portOf(address), uiPort: portOf(engine.uiUrl ?? '') };
      await engine.stop();
      const limited = limitedProgram(data, program, perSecond);
      const environment = { PATH: process.env['PATH'], TEMPORAL_CLI_PATH: limited };
      engine = await launch({ ...ports, environment });
    },
  };
}

const environmentOf = (address: string, databaseUrl: string): Record<string, string> => ({
  TEMPORAL_ADDRESS: address,
  TEMPORAL_NAMESPACE: NAMESPACE,
  DATABASE_URL: databaseUrl,
});

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));

/** Writes a program that is `temporal`, but for the rate that its servers grant a namespace. */
function limitedProgram(data: string, program: string, perSecond: number): string {
  const path = join(data, 'temporal-limited');
  const limit = `--dynamic-config-value frontend.namespaceRPS=${String(perSecond)}`;
  writeFileSync(
    path,
    `#!/bin/sh\ncase "$1" in\nserver) exec '${program}' "$@" ${limit} ;;\n*) exec '${program}' "$@" ;;\nesac\n`,
    { mode: 0o755 },
  );
  return path;
}

async function startOtherRelease(options: {
  data: string;
  stack: Stack;
  address: string;
  port: number;
}): Promise<Child> {
  const { data, stack, address, port } = options;
  mkdirSync(join(data, 'logs'), { recursive: true });
  const started: OtherRelease = {
    address,
    namespace: NAMESPACE,
    bundle: join(data, 'other-workflows.js'),
    sdkMetrics: `127.0.0.1:${String(port)}`,
  };
  const child = await startProcess({
    script: '../alerts/other-release',
    args: [JSON.stringify(started)],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    log: join(data, 'logs', 'other-release.log'),
  });
  stack.push('other release', () => child.kill());
  return child;
}
