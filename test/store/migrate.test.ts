import { appendFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { Client } from 'pg';
import { newId } from '../../src/core/job/ids';
import { migrate, refuseOldServer } from '../../src/store/migrate/migrate';
import { TABLES } from '../../src/store/schema';
import { useTestDatabase } from '../support/database';
import { ROOT, cleanUp, temporaryFolder } from '../host/temporary';
import { query } from '../postgres/machine';

/** The schema: how it comes into being, that the types speak the truth about it, and what it refuses by itself. */

const MIGRATIONS = join(ROOT, 'src', 'store', 'migrations');

const database = useTestDatabase();
afterEach(cleanUp);

/** A second database on the same server, which the owner of the first may empty and fill. */
async function freshSchema(name: string): Promise<string> {
  await query(database.adminUrl, `CREATE SCHEMA ${name}`);
  const url = new URL(database.adminUrl);
  url.searchParams.set('options', `-c search_path=${name}`);
  return url.href;
}

function copyOfMigrations(): string {
  const folder = join(temporaryFolder(), 'migrations');
  mkdirSync(folder);
  cpSync(MIGRATIONS, folder, { recursive: true });
  return folder;
}

test.each([
  ['14.19 (Debian 14.19-1)', 'DATABASE_URL leads to PostgreSQL 14.19'],
  ['9.6', 'Reelay needs 15 or newer'],
])('PostgreSQL %s is refused before anything is migrated', (version, sentence) => {
  expect(() => refuseOldServer(version)).toThrow(sentence);
});

test.each(['15.18 (Debian 15.18-0+deb12u1)', '18.4', '19beta1'])(
  'PostgreSQL %s will do',
  (version) => {
    expect(() => refuseOldServer(version)).not.toThrow();
  },
);

const names = async (url: string): Promise<unknown[]> =>
  (
    await query(
      url,
      'SELECT name FROM migrations UNION SELECT name FROM compatible_migrations ORDER BY name',
    )
  ).map(({ name }) => name);

test('twenty migrations of one fresh database at once are safe, and each file is applied once', async () => {
  const url = await freshSchema('crowded');
  const runs = await Promise.all(Array.from({ length: 20 }, () => migrate(url)));
  const applied = runs.flatMap((run) => run.applied);
  expect(applied.sort()).toEqual(await names(url));
  expect(new Set(runs.map((run) => run.version)).size).toBe(1);
  expect((await migrate(url)).applied).toEqual([]);
});

test('a migration that was changed after it was applied stops the start, and changes nothing', async () => {
  const url = await freshSchema('changed');
  const folder = copyOfMigrations();
  await migrate(url, folder);
  const before = await names(url);
  appendFileSync(join(folder, '0001_initial.sql'), '\n-- harmless\n');
  await expect(migrate(url, folder)).rejects.toThrow(
    'migration 0001_initial.sql was changed after it was applied; restore the file',
  );
  expect(await names(url)).toEqual(before);
});

test('a migration that fails leaves nothing of itself behind, and can be tried again', async () => {
  const url = await freshSchema('broken');
  const folder = copyOfMigrations();
  const extra = join(folder, '9999_broken.sql');
  appendFileSync(extra, 'CREATE TABLE half (id int); SELECT 1 / 0;');
  await expect(migrate(url, folder)).rejects.toThrow(
    'migration 9999_broken.sql failed: division by zero',
  );
  expect(await names(url)).not.toContain('9999_broken.sql');
  rmSync(extra);
  appendFileSync(extra, 'CREATE TABLE half (id int)');
  expect((await migrate(url, folder)).applied).toEqual(['9999_broken.sql']);
});

describe('the types of the tables', () => {
  const SQL_TYPES: Record<string, string> = {
    'timestamp with time zone': 'timestamp with time zone',
    ARRAY: 'text[]',
  };
  const columnsOf = async () =>
    database.sql<{ table: string; column: string; type: string; nullable: boolean }>(
      `SELECT table_name AS table, column_name AS column, data_type AS type, is_nullable = 'YES' AS nullable
       FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN ('migrations', 'compatible_migrations')
       ORDER BY table_name, column_name`,
    );

  test('equal the migrated database: tables, columns, types, nullability', async () => {
    const said = Object.values(TABLES).flatMap((table) => {
      const { name, columns } = getTableConfig(table);
      return columns.map((column) => ({
        table: name,
        column: column.name,
        type: column.getSQLType(),
        nullable: !column.notNull,
      }));
    });
    const found = (await columnsOf()).map((row) => ({
      ...row,
      type: SQL_TYPES[row.type] ?? row.type,
    }));
    const sorted = (rows: typeof said) =>
      rows.map((row) => JSON.stringify(row)).sort((a, b) => (a < b ? -1 : 1));
    expect(sorted(said)).toEqual(sorted(found));
  });

  test('a column that may be left out has a default in the database too', async () => {
    const rows = await database.sql<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND column_default IS NOT NULL`,
    );
    const inDatabase = new Set(rows.map(({ name }) => name));
    for (const table of Object.values(TABLES)) {
      const { name, columns } = getTableConfig(table);
      for (const column of columns.filter(({ hasDefault }) => hasDefault)) {
        if (column.generatedIdentity) continue;
        expect(inDatabase).toContain(`${name}.${column.name}`);
      }
    }
  });
});

describe('the ledger', () => {
  test.each([
    ['UPDATE', 'UPDATE ledger SET available = available + 1'],
    ['DELETE', 'DELETE FROM ledger'],
    ['TRUNCATE', 'TRUNCATE ledger CASCADE'],
    ['an UPDATE of no row', 'UPDATE ledger SET spent = 0 WHERE false'],
  ])('refuses %s, also from its owner', async (_, statement) => {
    const before = await database.sql('SELECT * FROM ledger');
    expect(before.length).toBeGreaterThan(0);
    await expect(query(database.adminUrl, statement)).rejects.toThrow('ledger is append-only');
    await expect(query(database.url, statement)).rejects.toThrow(
      /ledger is append-only|permission denied/,
    );
    expect(await database.sql('SELECT * FROM ledger')).toEqual(before);
  });

  test.each([
    ['points from nowhere', `'hold', -5, 6, 0, NULL`],
    ['a hold without a job', `'hold', -5, 5, 0, NULL`],
    ['a top-up that names a job', `'top_up', 5, 0, 0, gen_random_uuid()`],
    ['a word it does not know', `'gift', 5, 0, 0, NULL`],
  ])('refuses %s', async (_, values) => {
    const statement = `INSERT INTO ledger (workspace_id, kind, available, held, spent, job_id, idempotency_key, at)
      VALUES ('${database.workspace.id}', ${values}, 'k', now())`;
    await expect(query(database.url, statement)).rejects.toThrow(/violates check constraint/);
  });
});

describe('the role of the running gateway', () => {
  test('is no superuser, passes no row security, makes no role and no database', async () => {
    const rows = await database.sql(
      `SELECT current_user AS name, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
       FROM pg_roles WHERE rolname = current_user`,
    );
    expect(rows).toEqual([
      {
        name: 'reelay_app',
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
      },
    ]);
    expect(await database.sql(`SELECT pg_has_role('reelay_owner', 'MEMBER') AS is`)).toEqual([
      { is: false },
    ]);
  });

  test.each([
    ['make a table', 'CREATE TABLE mine (id int)'],
    ['make a schema', 'CREATE SCHEMA mine'],
    ['switch the ledger’s guard off', 'ALTER TABLE ledger DISABLE TRIGGER ledger_append_only'],
    ['drop the ledger’s guard', 'DROP TRIGGER ledger_append_only ON ledger'],
    [
      'replace what the guard does',
      'CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    ],
    ['pass the guard by as a replica', `SET session_replication_role = replica`],
    ['drop a constraint', 'ALTER TABLE jobs DROP CONSTRAINT jobs_pkey'],
    ['empty a table', 'TRUNCATE jobs CASCADE'],
    ['become the owner', 'SET ROLE reelay_owner'],
    ['read a file', `SELECT pg_read_file('/etc/passwd')`],
  ])('cannot %s', async (_, statement) => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      await expect(client.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    } finally {
      await client.end();
    }
  });
});

test('keys from before they had secrets of their own keep them, and the ledger learns whose points it moved', async () => {
  const url = await freshSchema('older');
  const folder = copyOfMigrations();
  const later = readdirSync(folder).filter((name) => name >= '0006');
  for (const name of later) rmSync(join(folder, name));
  await migrate(url, folder);
  const [workspace, key, job] = [newId(), newId(), newId()];
  await query(
    url,
    `INSERT INTO workspaces VALUES ('${workspace}', 'w', 'default', now());
     INSERT INTO keys (id, workspace_id, name, prefix, hash, scopes, created_at)
       VALUES ('${key}', '${workspace}', 'k', 'rl_live_1', 'the hash', '{read}', '2026-01-02T03:04:05Z');
     INSERT INTO jobs (id, workspace_id, key_id, workflow_id, dialect, state, model, provider, channel, routes, request,
         applied, metadata, echo, price, created_at, updated_at, deadline_at)
       VALUES ('${job}', '${workspace}', '${key}', '${job}', 'videos', 'queued', 'm', 'p', 'c', '[]', '{}', '{}', '{}',
         '{}', 5, now(), now(), now());
     INSERT INTO ledger (workspace_id, job_id, kind, available, held, spent, idempotency_key, at) VALUES
       ('${workspace}', NULL, 'top_up', 9, 0, 0, 'a', now()), ('${workspace}', '${job}', 'hold', -5, 5, 0, 'b', now())`,
  );
  await migrate(url);
  expect(await query(url, 'SELECT * FROM key_secrets')).toEqual([
    {
      hash: 'the hash',
      key_id: key,
      prefix: 'rl_live_1',
      created_at: new Date('2026-01-02T03:04:05Z'),
      expires_at: null,
    },
  ]);
  expect(await query(url, 'SELECT kind, key_id FROM ledger ORDER BY id')).toEqual([
    { kind: 'top_up', key_id: null },
    { kind: 'hold', key_id: key },
  ]);
  await expect(query(url, 'UPDATE ledger SET key_id = NULL')).rejects.toThrow('append-only');
});

test('the first workspace of an older installation is the one that its first start made, whatever its name', async () => {
  const url = await freshSchema('renamed');
  const folder = copyOfMigrations();
  const later = readdirSync(folder).filter((name) => name >= '0010');
  for (const name of later) rmSync(join(folder, name));
  await migrate(url, folder);
  const [customer, first, second] = [newId(), newId(), newId()];
  const start = (id: string) =>
    `INSERT INTO ledger (workspace_id, kind, available, held, spent, idempotency_key, at)
       VALUES ('${id}', 'top_up', 9, 0, 0, 'start:${id}', now());`;
  await query(
    url,
    `INSERT INTO workspaces (id, name, created_at) VALUES ('${customer}', 'customer', now()),
       ('${first}', 'renamed', now()), ('${second}', 'default', now());
     ${start(first)} ${start(second)}`,
  );
  await migrate(url);
  expect(await query(url, 'SELECT first_workspace_id FROM installation')).toEqual([
    { first_workspace_id: first },
  ]);
});
