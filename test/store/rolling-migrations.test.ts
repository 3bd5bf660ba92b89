import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { defaultsOf } from '../../src/core/settings/setting';
import { WAITS } from '../../src/core/settings/waits';
import { migrate } from '../../src/store/migrate/migrate';
import type { MigrationWaits } from '../../src/store/migrate/migrate';
import { MIGRATIONS } from '../../src/store/migrate/migration-files';
import { waitFor } from '../../src/host/wait';
import { useTestDatabase } from '../support/database';
import { cleanUp, temporaryFolder } from '../host/temporary';
import { query } from '../postgres/machine';

/** Migrations while other processes work: on old schemas and new ones, under locks, and killed half way. */

const database = useTestDatabase();
afterEach(cleanUp);

/** The place is a schema of its own with all migrations applied, and a folder to add others to. */
async function place(name: string): Promise<{ url: string; folder: string }> {
  await query(database.adminUrl, `CREATE SCHEMA ${name}`);
  const url = new URL(database.adminUrl);
  url.searchParams.set('options', `-c search_path=${name}`);
  const folder = join(temporaryFolder(), 'migrations');
  mkdirSync(folder);
  cpSync(MIGRATIONS, folder, { recursive: true });
  await migrate(url.href, folder);
  return { url: url.href, folder };
}

const options = (said: string[], waits: Partial<MigrationWaits> = {}) => ({
  waits: { ...defaultsOf(WAITS), ...waits },
  triesMax: 2,
  say: (line: string) => {
    said.push(line);
  },
});

async function withSession<T>(url: string, run: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

const indexes = (url: string) =>
  query(
    url,
    `SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class ON oid = indexrelid
     WHERE relname LIKE 'later%' AND relnamespace = current_schema::regnamespace ORDER BY relname`,
  );

describe('a process that lacks a migration of the database', () => {
  test('starts when the migration is compatible, and says so', async () => {
    const { url, folder } = await place('compatible');
    const extra = join(folder, '9999_later.sql');
    writeFileSync(extra, 'CREATE TABLE later (id int)');
    await migrate(url, folder);
    rmSync(extra);
    const said: string[] = [];
    expect((await migrate(url, folder, options(said))).applied).toEqual([]);
    expect(said).toEqual([
      'the database was migrated by a newer Reelay (9999_later.sql); this version works on it too',
    ]);
  });

  test('is refused by name when the migration is breaking, which was announced when it was applied', async () => {
    const { url, folder } = await place('breaking');
    const extra = join(folder, '9999_later.sql');
    writeFileSync(extra, '-- What it does.\n-- breaking: nobody reads it since 0.2\nSELECT 1;\n');
    const said: string[] = [];
    await migrate(url, folder, options(said));
    expect(said).toEqual([
      'migration 9999_later.sql is breaking, processes of older versions fail: nobody reads it since 0.2',
    ]);
    rmSync(extra);
    await expect(migrate(url, folder)).rejects.toThrow(
      'the database was migrated by a newer Reelay (it knows 9999_later.sql); start that version instead',
    );
  });

  test('of the first release finds only names that it knows in the table that it reads', async () => {
    const { url } = await place('first_release');
    const rows = await query(
      url,
      'SELECT max(name) AS last, count(*)::int AS count FROM migrations',
    );
    expect(rows).toEqual([{ last: '0011_stored_files.sql', count: 11 }]);
  });
});

describe('a migration that needs a lock which others hold', () => {
  test('gives way, lets requests pass, and is done when the lock is free', async () => {
    const { url, folder } = await place('locked');
    writeFileSync(join(folder, '9999_later.sql'), 'ALTER TABLE jobs ADD COLUMN later text');
    const said: string[] = [];
    await withSession(url, async (holder) => {
      await holder.query('BEGIN; LOCK TABLE jobs IN ROW EXCLUSIVE MODE');
      const run = migrate(url, folder, {
        ...options(said, { migrationLockMs: 200, migrationRetryMs: 10 }),
        triesMax: 100,
      });
      await seen(url, `query LIKE 'ALTER TABLE jobs%' AND wait_event_type = 'Lock'`);
      // This waits behind the migration's request, which would itself wait for the holder's end.
      await withSession(url, async (caller) => {
        await caller.query(`SET statement_timeout = '10 s'`);
        await caller.query('SELECT count(*) FROM jobs');
      });
      await holder.query('COMMIT');
      expect((await run).applied).toEqual(['9999_later.sql']);
    });
  });

  test('is given up after some tries with a sentence, and changes nothing', async () => {
    const { url, folder } = await place('never_free');
    writeFileSync(join(folder, '9999_later.sql'), 'ALTER TABLE jobs ADD COLUMN later text');
    const said: string[] = [];
    const failed = 'migration 9999_later.sql failed: canceling statement due to lock timeout';
    await withSession(url, async (holder) => {
      await holder.query('BEGIN; LOCK TABLE jobs IN ROW EXCLUSIVE MODE');
      await expect(
        migrate(url, folder, options(said, { migrationLockMs: 50, migrationRetryMs: 1 })),
      ).rejects.toThrow(
        `${failed}; it was tried 2 times; end the long transactions on its tables, then start again`,
      );
    });
    expect(said).toEqual([`${failed}; it is tried again`]);
    expect(await query(url, `SELECT name FROM compatible_migrations WHERE name > '9'`)).toEqual([]);
  });

  test('waits for its turn no longer than the configured time', async () => {
    const { url, folder } = await place('turn');
    await withSession(url, async (holder) => {
      await holder.query('SELECT pg_advisory_lock(7233018)');
      await expect(migrate(url, folder, options([], { migrationTurnMs: 1 }))).rejects.toThrow(
        'another process has been migrating the database for',
      );
    });
  });
});

describe('a migration outside of a transaction', () => {
  const SQL = `-- no transaction
-- Two; the second has a ; in its text.
CREATE INDEX CONCURRENTLY IF NOT EXISTS later_one ON jobs (review);
CREATE INDEX CONCURRENTLY IF NOT EXISTS later_two ON jobs (model) WHERE review = 'a;b';
`;

  test('builds indexes concurrently while twenty processes start at once', async () => {
    const { url, folder } = await place('concurrent');
    writeFileSync(join(folder, '9999_later.sql'), SQL);
    const runs = await Promise.all(Array.from({ length: 20 }, () => migrate(url, folder)));
    expect(runs.flatMap(({ applied }) => applied)).toEqual(['9999_later.sql']);
    expect(await indexes(url)).toEqual([
      { name: 'later_one', valid: true },
      { name: 'later_two', valid: true },
    ]);
  });

  test('that was killed half way drops the invalid index and makes it again', async () => {
    const { url, folder } = await place('half_made');
    await withSession(url, async (holder) => {
      await holder.query('BEGIN; LOCK TABLE jobs IN ROW EXCLUSIVE MODE');
      await withSession(url, async (killed) => {
        await killed.query('SET lock_timeout = 50');
        await expect(
          killed.query('CREATE INDEX CONCURRENTLY later_one ON jobs (review)'),
        ).rejects.toThrow('lock timeout');
      });
    });
    expect(await indexes(url)).toEqual([{ name: 'later_one', valid: false }]);
    writeFileSync(join(folder, '9999_later.sql'), SQL);
    expect((await migrate(url, folder)).applied).toEqual(['9999_later.sql']);
    expect(await indexes(url)).toEqual([
      { name: 'later_one', valid: true },
      { name: 'later_two', valid: true },
    ]);
  });

  test('lets a process of the first release in, whose wait for its turn would block the index for ever', async () => {
    const { url, folder } = await place('old_waits');
    writeFileSync(join(folder, '9999_later.sql'), SQL);
    const said: string[] = [];
    await withSession(url, async (holder) => {
      await holder.query('BEGIN; LOCK TABLE jobs IN ROW EXCLUSIVE MODE');
      const run = migrate(url, folder, options(said, { migrationRetryMs: 100 }));
      await seen(url, `query LIKE '%CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'`);
      const old = query(url, 'SELECT pg_advisory_lock(7233018)');
      // It has looked for deadlocks by then, which servers do after a second of waiting, and will not again.
      await seen(
        url,
        `query LIKE 'SELECT pg_advisory_lock%' AND wait_event_type = 'Lock'
           AND clock_timestamp() - query_start > interval '1.2 s'`,
      );
      await holder.query('COMMIT');
      expect((await old).length).toBe(1);
      expect((await run).applied).toEqual(['9999_later.sql']);
    });
    expect(said).toEqual(['migration 9999_later.sql failed: deadlock detected; it is tried again']);
    expect((await indexes(url)).every(({ valid }) => valid)).toBe(true);
  });
});

/** The function resolves when another session of this database is in the state that the condition describes. */
async function seen(url: string, condition: string): Promise<void> {
  const found = await waitFor(
    async () =>
      (
        await query(
          url,
          `SELECT FROM pg_stat_activity WHERE ${condition} AND pid <> pg_backend_pid()`,
        )
      ).length > 0 || undefined,
    { timeoutMs: 60_000, everyMs: 20 },
  );
  expect(found).toBe(true);
}
