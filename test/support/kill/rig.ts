import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/config';
import type { FileConfigInput } from '../../../src/config';
import { connectClient } from '../../../src/engine/connection';
import { launchEngine } from '../../../src/engine/launcher';
import type { RunningEngine } from '../../../src/engine/launcher';
import { claimDataFolder } from '../../../src/host/data-folder';
import { freePorts } from '../../../src/host/free-port';
import { readRun } from '../../../src/host/run-file';
import { waitUntil } from '../../../src/host/wait';
import { developmentKeys } from '../../../src/run/secrets';
import type { DevelopmentKeys } from '../../../src/run/secrets';
import { launchStore } from '../../../src/postgres/launcher';
import type { RunningStore } from '../../../src/postgres/launcher';
import { migrate } from '../../../src/store/migrate/migrate';
import { withClient } from '../../../src/postgres/login';
import { NO_BREAKER } from '../no-breaker';
import { startProcess } from './child';
import type { Child } from './child';
import type { ProcessStart } from './messages';
import { startReceiver } from './receiver';
import type { Receiver } from './receiver';

/**
 * A whole gateway whose parts are processes of their own, to be killed one by one: engine, Postgres, simulator, API and
 * worker on fixed ports and one data folder. Each part can be launched again and finds what it had.
 */
export const PARTS = ['api', 'worker', 'engine', 'postgres', 'simulator'] as const;
export type Part = (typeof PARTS)[number];
type NodePart = 'api' | 'worker' | 'simulator';

export interface Rig {
  data: string;
  api: string;
  simulator: string;
  keys: DevelopmentKeys;
  receiver: Receiver;
  node(part: NodePart): Child;
  kill(part: Part): Promise<void>;
  /** Asks a part to stop in order, and waits until it has. */
  stop(part: Part): Promise<void>;
  /** Brings a dead part back on its old port and data. */
  launch(part: Part): Promise<void>;
  /** One more worker beside a frozen one; the caller kills it. */
  secondWorker(): Promise<Child>;
  /** Launches the API and worker again if they ended by themselves, and says which did. */
  revive(): Promise<Part[]>;
  sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  client: Awaited<ReturnType<typeof connectClient>>['client'];
  /** `keepData` leaves the folder with its logs. */
  close(options: { keepData: boolean }): Promise<void>;
}

/** Short, so that what a death costs is seconds; everything else is as shipped. */
const WAITS = {
  sendMs: 2_000,
  unknownGraceMs: 500,
  unknownMs: 3_000,
  unknownLookMs: 250,
  busyRetryMs: 250,
  busyRetryMaxMs: 250,
  exchangeMs: 2_000,
  heartbeatMs: 2_000,
  stickyMs: 1_000,
  shutdownMs: 1_000,
  cutMs: 500,
  deliverySchedule: [0, 200, 500, 1_000, 2_000, 2_000, 2_000],
  deliveryTimeoutMs: 2_000,
  firstTryMs: 1_000,
  hungHostMs: 2_000,
  startClaimMs: 2_000,
  startAgainMaxMs: 1_000,
  turnsEveryMs: 1_000,
  sweepEveryMs: 2_000,
  sweepAgeMs: 1_000,
  cadence: { firstLookShare: 0, intervalMinMs: 250, intervalMaxMs: 250, intervalShare: 0.1 },
} satisfies FileConfigInput['waits'];

const NAMESPACE = 'reelay';
const DIES_MS = 5_000;

/** What a rig may be configured with: each is merged by name into the default catalog, or into the waits and limits here. */
export type RigConfig = Pick<FileConfigInput, 'channels' | 'models' | 'waits' | 'limits'>;

export async function startRig(own: RigConfig = {}): Promise<Rig> {
  const data = mkdtempSync(join(tmpdir(), 'reelay-kill-'));
  chmodSync(data, 0o711);
  const folder = await claimDataFolder(data);
  mkdirSync(join(data, 'logs'), { recursive: true });
  const configPath = join(data, 'reelay.config.json');
  writeFileSync(
    configPath,
    JSON.stringify({
      ...own,
      waits: { ...WAITS, ...own.waits },
      limits: { ...NO_BREAKER, ...own.limits },
    }),
  );
  const keys = developmentKeys(data);
  const [apiPort = 0, simulatorPort = 0] = await freePorts(2);
  const log = (name: string): string => join(data, 'logs', `${name}.log`);

  const startStore = (port?: number): Promise<RunningStore> =>
    launchStore({ data, port, say: () => undefined });
  const config = readConfig();
  const startEngine = (port?: number, uiPort?: number): Promise<RunningEngine> =>
    launchEngine({
      data,
      cache: config.cacheFolder,
      namespace: NAMESPACE,
      environment: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      say: () => undefined,
      port,
      uiPort,
    });
  const parts = await Promise.all([startStore(), startEngine()]);
  let [store, engine] = parts;
  const [{ port: storePort }] = parts;
  const [enginePort, uiPort] = [portOf(engine.address), portOf(engine.uiUrl ?? '')];
  await migrate(store.adminUrl);

  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TEMPORAL_ADDRESS: engine.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    DATABASE_URL: store.url,
    REELAY_CONFIG: configPath,
  };
  const api = `http://127.0.0.1:${apiPort}`;
  const simulator = `http://127.0.0.1:${simulatorPort}`;
  const startNode = (part: NodePart): Promise<Child> => {
    if (part === 'simulator') {
      const args = [join(data, 'simulator'), String(simulatorPort)];
      return startProcess({ script: 'simulator-process', args, env, log: log('simulator') });
    }
    const started: ProcessStart = {
      role: part,
      data,
      port: apiPort,
      publicUrl: api,
      simulatorUrl: simulator,
    };
    const args = [JSON.stringify(started)];
    return startProcess({ script: 'gateway-process', args, env, log: log(part) });
  };
  const nodes = {
    simulator: await startNode('simulator'),
    api: await startNode('api'),
    worker: await startNode('worker'),
  };
  const { client, close: disconnect } = await connectClient({ address: engine.address }, NAMESPACE);
  const receiver = await startReceiver(keys.callback_secret);

  const launch = async (part: Part): Promise<void> => {
    if (part === 'engine') engine = await startEngine(enginePort, uiPort);
    else if (part === 'postgres') store = await startStore(storePort);
    else nodes[part] = await startNode(part);
  };
  return {
    data,
    api,
    simulator,
    keys,
    receiver,
    client,
    node: (part) => nodes[part],
    async kill(part) {
      if (part !== 'engine' && part !== 'postgres') return nodes[part].kill();
      const child = part === 'engine' ? engine : store;
      const run = readRun(data, part);
      if (!run || !child.isRunning()) throw new Error(`${part} does not run`);
      process.kill(run.pid, 'SIGKILL');
      if (!(await waitUntil(() => !child.isRunning(), { timeoutMs: DIES_MS, everyMs: 5 })))
        throw new Error(`${part} does not die`);
    },
    async stop(part) {
      if (part === 'simulator') await nodes[part].kill();
      else if (part === 'engine') await engine.stop();
      else if (part === 'postgres') await store.stop();
      else await nodes[part].stop();
    },
    launch,
    secondWorker: () => startNode('worker'),
    async revive() {
      const fallen = (['api', 'worker'] as const).filter((part) => !nodes[part].isRunning());
      for (const part of fallen) await launch(part);
      return fallen;
    },
    sql: async <Row>(text: string, values: unknown[] = []) =>
      // Sound as far as the test that wrote the statement knows its columns.
      withClient(store.url, async (sql) => (await sql.query(text, values)).rows as Row[]),
    async close({ keepData }) {
      await Promise.all(Object.values(nodes).map((node) => node.kill()));
      await receiver.close();
      await disconnect();
      await Promise.all([engine.stop(), store.stop()]);
      folder.release();
      if (!keepData) rmSync(data, { recursive: true, force: true });
    },
  };
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
