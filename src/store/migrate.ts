import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/**
 * Forward-only migrations: checked-in SQL files, applied in order under one advisory lock, each in its own
 * transaction with its checksum. Any number of processes may migrate one database at once; a file that was changed
 * after it was applied stops the start.
 */
export interface Migrated {
  applied: string[];
  version: string;
}

const FOLDER = join(__dirname, 'migrations');
/** Any constant; all of our processes must agree on it. */
const LOCK = 7_233_018;

export async function migrate(url: string, folder: string = FOLDER): Promise<Migrated> {
  const client = new Client({ connectionString: url, application_name: 'reelay-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS migrations (
         name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    return await applyMissing(client, folder);
  } finally {
    // Ending the session also gives the advisory lock back.
    await client.end();
  }
}

async function applyMissing(client: Client, folder: string): Promise<Migrated> {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const rows = await client.query<{ name: string; checksum: string }>(
    'SELECT name, checksum FROM migrations ORDER BY name',
  );
  const known = new Map(rows.rows.map((row) => [row.name, row.checksum]));
  for (const name of known.keys()) {
    if (!files.includes(name)) {
      throw new Error(
        `the database was migrated by a newer Reelay (it knows ${name}); start that version instead`,
      );
    }
  }
  const applied: string[] = [];
  for (const name of files) {
    const sql = readFileSync(join(folder, name), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    const before = known.get(name);
    if (before === undefined) {
      await applyOne(client, name, sql, checksum);
      applied.push(name);
    } else if (before !== checksum) {
      throw new Error(`migration ${name} was changed after it was applied; restore the file`);
    }
  }
  return { applied, version: files.at(-1) ?? 'none' };
}

async function applyOne(
  client: Client,
  name: string,
  sql: string,
  checksum: string,
): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query('INSERT INTO migrations (name, checksum) VALUES ($1, $2)', [name, checksum]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(
      `migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}
