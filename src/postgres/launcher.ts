import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { stopChild } from '../host/children';
import { isSame } from '../host/processes';
import { reasonOf } from '../host/reason';
import { readRun } from '../host/run-file';
import type { Run } from '../host/run-file';
import { installedBinaries, usableBinaries } from './binaries';
import type { PostgresBinaries } from './binaries';
import { findCluster, isCluster } from './cluster';
import type { Cluster } from './cluster';
import { initdb } from './initdb';
import { serverVersion, urlOf } from './login';
import { writeRecord } from './record';
import { APP, DATABASE, OWNER, ensureRoles } from './roles';
import { POSTGRES, adoptServer, startServer } from './server';
import type { UserNames } from './user';

export interface StoreOptions {
  /** Claimed by this process. */
  data: string;
  /** DATABASE_URL; then nothing is started here. */
  databaseUrl?: string | undefined;
  /** The port of our own server; a free one when not given. */
  port?: number | undefined;
  /** One line for the operator. */
  say: (line: string) => void;
  /** What this machine has differently; only tests and unusual machines say so. */
  machine?: Partial<StoreMachine>;
}

/** What differs from machine to machine. */
export interface StoreMachine {
  /** The ones that npm installed when not given. */
  binaries?: PostgresBinaries;
  userNames: UserNames;
  /** The folders in which root keeps programs for everybody, and clusters that their user could not reach otherwise. */
  systemCache: string;
  systemData: string;
}

const DEFAULT_MACHINE: StoreMachine = {
  userNames: { preferred: 'postgres', made: 'reelay-postgres' },
  systemCache: '/var/cache/reelay',
  systemData: '/var/lib/reelay',
};

export interface RunningStore {
  /** The URL for the running gateway, which reads and writes rows; it is never a superuser's on our own server. */
  url: string;
  /** The URL for migrations, whose user owns the tables. */
  adminUrl: string;
  kind: 'external' | 'embedded';
  version: string;
  /** Our own server's port. */
  port?: number;
  /**
   * Says whether it runs; false when our own server died: launching again with the same port brings it back under the
   * same URL.
   */
  isRunning(): boolean;
  /** Stops our own server, and nothing else; repeatable. Close all connections first. */
  stop(): Promise<void>;
}

/**
 * Returns a PostgreSQL to work with: the one of `databaseUrl`, else one of our own in the data folder, which survives a
 * kill -9 of the gateway and is then adopted. Says in one line what it is. Throws a readable sentence when there is
 * none.
 */
export async function launchStore(options: StoreOptions): Promise<RunningStore> {
  const { databaseUrl } = options;
  if (databaseUrl === undefined) return launchOwn(options);
  await stopLeftover(options);
  return useExternal(databaseUrl, options.say);
}

async function useExternal(url: string, say: (line: string) => void): Promise<RunningStore> {
  const place = placeOf(url);
  try {
    const version = await serverVersion(url);
    say(`database: PostgreSQL ${version} at ${place} (DATABASE_URL)`);
    return {
      url,
      adminUrl: url,
      kind: 'external',
      version,
      isRunning: () => true,
      stop: () => Promise.resolve(),
    };
  } catch (error) {
    throw new Error(`the database at ${place} (DATABASE_URL) does not answer: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function launchOwn(options: StoreOptions): Promise<RunningStore> {
  const { port, say } = options;
  // Always the same spelling: a cluster outside of the folder is found by it.
  const data = realpathSync(options.data);
  const machine = { ...DEFAULT_MACHINE, ...options.machine };
  const cluster = await findCluster({ data, ...machine, say });
  const { folder, record } = cluster;
  const server = { data, folder, superuserPassword: record.passwords.superuser, port, say };
  const adopted = await adoptServer(server);
  const run = adopted ?? (await startOwn(server, cluster, machine));
  const store = storeOf(data, run, record.passwords);
  try {
    await ensureRoles(run.port, record.passwords);
    const version = await serverVersion(store.url);
    const how = adopted ? ' that an earlier gateway left running' : '';
    say(
      `database: PostgreSQL ${version}${how}, port ${run.port}, pid ${run.pid}, files in ${folder}`,
    );
    return { ...store, version };
  } catch (error) {
    await store.stop();
    throw new Error(`the database in ${folder} could not be prepared: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function startOwn(
  server: Omit<Parameters<typeof startServer>[0], 'native' | 'user'>,
  { folder, user, record }: Cluster,
  machine: StoreMachine,
): Promise<Run> {
  const { data, say } = server;
  const binaries = machine.binaries ?? installedBinaries();
  const copy = user
    ? join(machine.systemCache, `pg-${binaries.version}`)
    : join(data, `pg-${binaries.version}`);
  const native = usableBinaries(binaries, { user, copy, say });
  if (!isCluster(folder)) {
    await initdb({ native, folder, user, password: record.passwords.superuser });
  }
  if (!record.isMade) writeRecord(data, { ...record, isMade: true });
  return startServer({ ...server, native, user });
}

function storeOf(
  data: string,
  run: Run,
  passwords: { owner: string; app: string },
): Omit<RunningStore, 'version'> {
  const { port } = run;
  return {
    url: urlOf({ user: APP, password: passwords.app, port, database: DATABASE }),
    adminUrl: urlOf({ user: OWNER, password: passwords.owner, port, database: DATABASE }),
    kind: 'embedded',
    port,
    isRunning: () => isSame(run),
    async stop() {
      await stopChild(data, run);
    },
  };
}

/** Stops the server of an earlier, killed gateway: with DATABASE_URL now set nobody would use or stop it. */
async function stopLeftover({ data, say }: StoreOptions): Promise<void> {
  const run = readRun(data, POSTGRES);
  if (!run) return;
  const how = await stopChild(data, run);
  if (how !== 'gone')
    say(`database: stopped the Postgres (pid ${run.pid}) that an earlier gateway left`);
}

/** Returns host, port and database of a URL (`127.0.0.1:5432/reelay`), without what must not be printed. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'a URL that cannot be read';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
