import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { LIMITS } from '../../core/settings/limits';
import { defaultsOf } from '../../core/settings/setting';
import { WAITS } from '../../core/settings/waits';
import type { Waits } from '../../core/settings/waits';
import { MIGRATIONS, readMigrations } from './migration-files';
import type { MigrationFile } from './migration-files';
import { statementsOf } from './sql-statements';
import { TURNS, inTurn } from './turn';

/**
 * The result of the forward-only migrations: checked-in SQL files, applied in order under one advisory lock, each in
 * its own transaction with its checksum. Any number of processes may migrate one database at once; a file that was
 * changed after it was applied stops the start.
 *
 * Two tables remember what was applied. `migrations` holds what a process must know to work here: every release
 * refuses to start on a name that it lacks. `compatible_migrations` holds the rest, so that the release before keeps
 * starting, restarting and being rolled back to on the newer schema.
 */
export interface MigrationResult {
  applied: string[];
  version: string;
}

/** The waits of the config that a migration keeps to. */
export type MigrationWaits = Pick<
  Waits,
  'migrationLockMs' | 'migrationIndexLockMs' | 'migrationRetryMs' | 'migrationTurnMs'
>;

export interface MigrateOptions {
  waits: MigrationWaits;
  /** The migration gives way to locks of others this often, then it is given up. */
  triesMax: number;
  /** The operator should know each line. */
  say: (line: string) => void;
}

const DEFAULTS: MigrateOptions = {
  waits: defaultsOf(WAITS),
  triesMax: LIMITS.migrationTries.default,
  say: () => undefined,
};

const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/** The function throws one sentence when the database is too new, a file was changed or fails, or a lock never comes. */
export async function migrate(
  url: string,
  folder: string = MIGRATIONS,
  { waits, triesMax, say }: MigrateOptions = DEFAULTS,
): Promise<MigrationResult> {
  const applied: string[] = [];
  for (let number = 1; ; number += 1) {
    try {
      return await oneTry(url, folder, { waits, triesMax, say, applied });
    } catch (error) {
      if (!(error instanceof Error) || !isLockProblem(error.cause)) throw error;
      if (number >= triesMax) {
        throw new Error(
          `${error.message}; it was tried ${number} times; end the long transactions on its tables, then start again`,
          { cause: error.cause },
        );
      }
      say(`${error.message}; it is tried again`);
      // The advisory lock is free meanwhile: whoever waits for it may be the one that we wait for.
      await sleep(waits.migrationRetryMs);
    }
  }
}

function isLockProblem(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === LOCK_NOT_AVAILABLE || code === DEADLOCK;
}

interface Try extends MigrateOptions {
  /** Names of the files that this process applied, kept over all tries. */
  applied: string[];
}

async function oneTry(url: string, folder: string, options: Try): Promise<MigrationResult> {
  return inTurn(url, TURNS.migration, options.waits.migrationTurnMs, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    refuseOldServer(rows[0]?.server_version ?? '');
    await client.query('SET statement_timeout = 0');
    for (const table of ['migrations', 'compatible_migrations']) {
      await client.query(
        `CREATE TABLE IF NOT EXISTS ${table} (
           name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
      );
    }
    return applyMissing(client, readMigrations(folder), options);
  });
}

/** `UNIQUE NULLS NOT DISTINCT` came with this version. */
const POSTGRES_MIN = 15;

/** Throws for a server that is too old; the version is what `SHOW server_version` says, such as `15.18 (Debian ...)`. */
export function refuseOldServer(version: string): void {
  if (Number.parseInt(version, 10) >= POSTGRES_MIN) return;
  throw new Error(
    `DATABASE_URL leads to PostgreSQL ${version}; Reelay needs ${POSTGRES_MIN} or newer`,
  );
}

async function applyMissing(
  client: Client,
  files: readonly MigrationFile[],
  options: Try,
): Promise<MigrationResult> {
  const { rows } = await client.query<{ name: string; checksum: string; needed: boolean }>(
    `SELECT name, checksum, true AS needed FROM migrations
     UNION ALL SELECT name, checksum, false FROM compatible_migrations ORDER BY name`,
  );
  refuseNewer(rows, files, options.say);
  const known = new Map(rows.map((row) => [row.name, row.checksum]));
  for (const file of files) {
    const before = known.get(file.name);
    if (before === undefined) {
      await applyOne(client, file, options);
      options.applied.push(file.name);
    } else if (before !== file.checksum) {
      throw new Error(`migration ${file.name} was changed after it was applied; restore the file`);
    }
  }
  return { applied: options.applied, version: files.at(-1)?.name ?? 'none' };
}

function refuseNewer(
  rows: readonly { name: string; needed: boolean }[],
  files: readonly MigrationFile[],
  say: (line: string) => void,
): void {
  const ours = new Set(files.map(({ name }) => name));
  const unknown = rows.filter(({ name }) => !ours.has(name));
  const needed = unknown.find((row) => row.needed);
  if (needed) {
    throw new Error(
      `the database was migrated by a newer Reelay (it knows ${needed.name}); start that version instead`,
    );
  }
  if (unknown.length > 0) {
    const names = unknown.map(({ name }) => name).join(', ');
    say(`the database was migrated by a newer Reelay (${names}); this version works on it too`);
  }
}

async function applyOne(
  client: Client,
  file: MigrationFile,
  { waits, say }: MigrateOptions,
): Promise<void> {
  if (file.breaking !== undefined) {
    say(`migration ${file.name} is breaking, processes of older versions fail: ${file.breaking}`);
  }
  const lockMs = file.isOutsideTransaction ? waits.migrationIndexLockMs : waits.migrationLockMs;
  await client.query(`SET lock_timeout = ${lockMs}`);
  try {
    await (file.isOutsideTransaction ? applyEach(client, file) : applyWhole(client, file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`migration ${file.name} failed: ${reason}`, { cause: error });
  }
}

async function applyWhole(client: Client, file: MigrationFile): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(file.sql);
    await remember(client, file);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function applyEach(client: Client, file: MigrationFile): Promise<void> {
  for (const statement of statementsOf(file.sql)) {
    await dropHalfMade(client, statement);
    await client.query(statement);
  }
  await remember(client, file);
}

/** A killed CREATE INDEX CONCURRENTLY leaves an invalid index, which IF NOT EXISTS would take for the whole one. */
async function dropHalfMade(client: Client, statement: string): Promise<void> {
  const name = /\bINDEX\s+CONCURRENTLY\s+IF\s+NOT\s+EXISTS\s+(\w+)/i.exec(statement)?.[1];
  if (name === undefined) return;
  const { rowCount } = await client.query(
    'SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid',
    [name],
  );
  if (rowCount !== 0) await client.query(`DROP INDEX CONCURRENTLY ${name}`);
}

async function remember(client: Client, { isCompatible, name, checksum }: MigrationFile) {
  const table = isCompatible ? 'compatible_migrations' : 'migrations';
  await client.query(`INSERT INTO ${table} (name, checksum) VALUES ($1, $2)`, [name, checksum]);
}
