import { rmSync } from 'node:fs';
import type { Config } from '../../src/config';
import { launchEngine } from '../../src/engine/launcher';
import type { RunningEngine } from '../../src/engine/launcher';
import { claimDataFolder } from '../../src/host/data-folder';
import { readRun } from '../../src/host/run-file';
import type { Stack } from '../../src/run/stack';
import { launchStore } from '../../src/postgres/launcher';
import type { RunningStore } from '../../src/postgres/launcher';
import { urlOf } from '../../src/postgres/login';
import { readRecord } from '../../src/postgres/record';
import { OWNER } from '../../src/postgres/roles';
import type { ProcessTable } from '../machine/processes';
import { execute } from './database';
import { temporaryFolder } from './temporary';

/** The one engine and the one PostgreSQL that all of a run shares, in a folder that is removed after it. */
export interface Servers {
  data: string;
  engine: RunningEngine;
  store: RunningStore;
  /** May do anything, and is how the bench itself asks; the database's log never has its statements. */
  benchUrl(database: string): string;
  /** How a gateway logs in. */
  ownerUrl(database: string): string;
  watched: ProcessTable;
}

export interface ServerOptions {
  /** Settings of PostgreSQL that are not its defaults, such as `track_commit_timestamp`. */
  settings?: Readonly<Record<string, string>>;
}

export async function startServers(
  config: Config,
  stack: Stack,
  say: (line: string) => void,
  { settings = {} }: ServerOptions = {},
): Promise<Servers> {
  const data = temporaryData(stack);
  const folder = await claimDataFolder(data);
  stack.push('data folder', () => folder.release());
  const [store, engine] = await Promise.allSettled([
    launchStoreWith(settings, { data, say }),
    launchEngine({
      data,
      cache: config.cacheFolder,
      namespace: 'bench',
      environment: ownEngine(config.childEnvironment),
      say,
    }),
  ]);
  if (store.status === 'fulfilled') stack.push('Postgres', () => store.value.stop());
  if (engine.status === 'fulfilled') stack.push('engine', () => engine.value.stop());
  if (store.status === 'rejected') throw store.reason;
  if (engine.status === 'rejected') throw engine.reason;
  const { benchUrl, ownerUrl } = loginsOf(data, store.value);
  return {
    data,
    engine: engine.value,
    store: store.value,
    benchUrl,
    ownerUrl,
    watched: {
      engine: { pid: readRun(data, 'engine')?.pid ?? 0 },
      postgres: { pid: readRun(data, 'postgres')?.pid ?? 0, withChildren: true },
    },
  };
}

/** Starts the database; with settings twice, since some are read at a start alone. */
async function launchStoreWith(
  settings: Readonly<Record<string, string>>,
  options: { data: string; say: (line: string) => void },
): Promise<RunningStore> {
  const store = await launchStore(options);
  if (Object.keys(settings).length === 0) return store;
  const { benchUrl } = loginsOf(options.data, store);
  for (const [name, value] of Object.entries(settings)) {
    await execute(benchUrl('postgres'), `ALTER SYSTEM SET ${name} = ${value}`);
  }
  await store.stop();
  return launchStore(options);
}

function loginsOf(
  data: string,
  { port = 0 }: Pick<RunningStore, 'port'>,
): Pick<Servers, 'benchUrl' | 'ownerUrl'> {
  const passwords = readRecord(data)?.passwords ?? { superuser: '', owner: '' };
  const url = (user: string, password: string, database: string): string =>
    urlOf({ user, password, database, port });
  return {
    benchUrl: (database) =>
      `${url('postgres', passwords.superuser, database)}&options=-c%20log_statement%3Dnone`,
    ownerUrl: (database) => url(OWNER, passwords.owner, database),
  };
}

function temporaryData(stack: Stack): string {
  const data = temporaryFolder();
  stack.push('temporary folder', () => {
    rmSync(data, { recursive: true, force: true });
  });
  return data;
}

/** Somebody's cluster is no place for a bench, and its CPU time could not be read. */
function ownEngine(environment: Config['childEnvironment']): Config['childEnvironment'] {
  return withoutOurs(environment, ['TEMPORAL_CLI_PATH']);
}

/** The environment without what configures Reelay, so that every run measures the defaults. */
export function withoutOurs(
  environment: Config['childEnvironment'],
  kept: readonly string[] = [],
): Config['childEnvironment'] {
  const isOurs = (name: string): boolean =>
    /^(TEMPORAL_|REELAY_|DATABASE_URL$)/.test(name) && !kept.includes(name);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isOurs(name)));
}
