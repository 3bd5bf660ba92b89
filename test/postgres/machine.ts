import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { installedBinaries } from '../../src/postgres/binaries';
import type { RunningStore, StoreMachine } from '../../src/postgres/launcher';
import { launchStore } from '../../src/postgres/launcher';
import { temporaryFolder } from '../host/temporary';

/** What only root can show is passed over for everybody else, who always is the normal user. */
export const isRoot = process.getuid?.() === 0;
export const asRoot = isRoot ? test : test.skip;

/** The machine's own users and folders stay as they are: every test file makes and removes its own. */
export const TEST_USER = `reelay-test-${process.pid}`;
const ABSENT_USER = 'reelay-test-absent';

export function removeUser(name: string): void {
  if (!isRoot) return;
  spawnSync('userdel', [name]);
  spawnSync('groupdel', [name]);
}

export interface Bench {
  data: string;
  systemCache: string;
  systemData: string;
  lines: string[];
  launch(machine?: Partial<StoreMachine>, port?: number): Promise<RunningStore>;
}

/** A data folder on a machine with system folders of its own. */
export function bench(dataMode = 0o755): Bench {
  const system = temporaryFolder();
  const place = {
    data: temporaryFolder(dataMode),
    systemCache: join(system, 'cache', 'reelay'),
    systemData: join(system, 'lib', 'reelay'),
    lines: [] as string[],
  };
  return { ...place, launch: (machine, port) => launchOn(place, machine, port) };
}

function launchOn(
  { data, systemCache, systemData, lines }: Omit<Bench, 'launch'>,
  machine: Partial<StoreMachine> = {},
  port?: number,
): Promise<RunningStore> {
  const userNames = { preferred: ABSENT_USER, made: TEST_USER };
  return launchStore({
    data,
    say: (line) => lines.push(line),
    machine: { userNames, systemCache, systemData, ...machine },
    ...(port === undefined ? {} : { port }),
  });
}

/** Call it outside of tests. Benches whose database was made and stopped before: copying one is faster than making. */
export function madeOnce(): () => Bench {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-test-made-'));
  beforeAll(async () => {
    const first = bench();
    await (await first.launch()).stop();
    copy(`${first.data}/.`, folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => {
    const next = bench();
    copy(`${folder}/.`, next.data);
    return next;
  };
}

/** Copies a folder with owners and modes, which Postgres insists on. */
function copy(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** A copy of PostgreSQL's programs as npm would have put them there with this umask and without install scripts. */
export function copyOfBinaries(umask: number): { native: string; version: string } {
  const folder = temporaryFolder(0o777 & ~umask);
  const native = join(folder, 'native');
  const installed = installedBinaries();
  cpSync(installed.native, native, {
    recursive: true,
    filter: (path) => !lstatSync(path).isSymbolicLink(),
  });
  narrow(native, umask);
  return { native, version: installed.version };
}

function narrow(path: string, umask: number): void {
  const entry = lstatSync(path);
  chmodSync(path, (entry.isDirectory() ? 0o777 : entry.mode & 0o777) & ~umask);
  if (!entry.isDirectory()) return;
  for (const name of readdirSync(path)) narrow(join(path, name), umask);
}

export function give(path: string, uid: number): void {
  chownSync(path, uid, uid);
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** One row that a later look must find. */
export async function keepRow(store: RunningStore): Promise<void> {
  await query(store.adminUrl, 'CREATE TABLE kept (id int)');
  await query(store.url, 'INSERT INTO kept VALUES (7)');
}

export function keptRows(store: RunningStore): Promise<Record<string, unknown>[]> {
  return query(store.url, 'SELECT id FROM kept');
}
