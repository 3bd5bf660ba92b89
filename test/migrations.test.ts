import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS } from '../src/store/migrate/migration-files';
import { statementsOf } from '../src/store/migrate/sql-statements';
import { checkMigration } from './support/migration-rules';

/** The rule "expand, then contract": the release before works on the schema that each migration leaves. */

const FIRST_RELEASE = '0011_stored_files.sql';
const FILES = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
const read = (name: string): string => readFileSync(join(MIGRATIONS, name), 'utf8');

describe('the migrations', () => {
  test('are numbered, each by itself', () => {
    const numbers = FILES.map((name) => name.slice(0, 4));
    expect(FILES.filter((name) => !/^\d{4}_[a-z0-9_]+\.sql$/.test(name))).toEqual([]);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('leave the release before working, or say that they are breaking', async () => {
    const later = FILES.filter((name) => name > FIRST_RELEASE);
    const found = await Promise.all(later.map((name) => checkMigration(name, read(name))));
    expect(found.flat()).toEqual([]);
  });
});

describe('the checker', () => {
  test.each<[breach: string, sql: string, said: string]>([
    ['a dropped column', 'ALTER TABLE jobs DROP COLUMN review', 'DropColumn review is not known'],
    [
      'two tables in one transaction',
      'ALTER TABLE jobs ADD a int; ALTER TABLE attempts ADD a int',
      'locks jobs and attempts in one transaction',
    ],
    ['a dropped table', 'DROP TABLE keeps', 'DropStmt is not known'],
    ['a dropped index', 'DROP INDEX jobs_open', 'DropStmt is not known'],
    ['a dropped trigger', 'DROP TRIGGER jobs_tell ON jobs', 'DropStmt is not known'],
    ['a dropped constraint', 'ALTER TABLE jobs DROP CONSTRAINT a', 'DropConstraint a is not'],
    [
      'a check that takes the place of a unique constraint by another name',
      '-- old writes: fine.\nALTER TABLE jobs DROP CONSTRAINT a, ADD CONSTRAINT b CHECK (c > 0) NOT VALID',
      'DropConstraint a is not',
    ],
    [
      'a check that is replaced without a word',
      'ALTER TABLE jobs DROP CONSTRAINT a, ADD CONSTRAINT a CHECK (c > 0) NOT VALID',
      'the check a is replaced',
    ],
    ['a dropped default', 'ALTER TABLE jobs ALTER review DROP DEFAULT', 'ColumnDefault review'],
    ['a renamed column', 'ALTER TABLE jobs RENAME review TO look', 'RenameStmt is not known'],
    ['a renamed table', 'ALTER TABLE jobs RENAME TO works', 'RenameStmt is not known'],
    ['another type', 'ALTER TABLE jobs ALTER review TYPE json', 'AlterColumnType review'],
    ['a column that is now required', 'ALTER TABLE jobs ALTER review SET NOT NULL', 'SetNotNull'],
    ['nulls where none were', 'ALTER TABLE jobs ALTER model DROP NOT NULL', 'DropNotNull model'],
    ['a required new column', 'ALTER TABLE jobs ADD a int NOT NULL', 'NOT NULL without a default'],
    ['a volatile default', 'ALTER TABLE jobs ADD a uuid DEFAULT gen_random_uuid()', 'no constant'],
    ['the database’s clock', 'ALTER TABLE jobs ADD a timestamptz DEFAULT now()', 'no constant'],
    ['a computed column', 'ALTER TABLE jobs ADD a int GENERATED ALWAYS AS (1) STORED', 'the whole'],
    ['a check beside a column', 'ALTER TABLE jobs ADD a int CHECK (a > 0)', 'ADD CONSTRAINT ...'],
    ['a reference beside a column', 'ALTER TABLE jobs ADD a uuid REFERENCES keys', 'NOT VALID'],
    ['a unique column', 'ALTER TABLE jobs ADD a uuid UNIQUE', 'reads the whole table'],
    ['a check of every row', 'ALTER TABLE jobs ADD CONSTRAINT c CHECK (a > 0)', 'NOT VALID'],
    ['a unique constraint', 'ALTER TABLE jobs ADD CONSTRAINT c UNIQUE (model)', 'must be a CHECK'],
    [
      'a check of a column that old code writes',
      'ALTER TABLE jobs ADD a int, ADD CONSTRAINT c CHECK (a > 0 OR restarts < 9) NOT VALID',
      'may refuse old writes',
    ],
    [
      'a reference from a column that old code writes',
      'ALTER TABLE usage ADD CONSTRAINT c FOREIGN KEY (key_id) REFERENCES keys (id) NOT VALID',
      'may refuse old writes',
    ],
    ['a plain index', 'CREATE INDEX a ON jobs (review)', 'keeps its writers waiting'],
    ['an index made in a transaction', 'CREATE INDEX CONCURRENTLY a ON jobs (review)', 'writers'],
    ['a plain index outside', '-- no transaction\nCREATE INDEX a ON jobs (a)', 'CONCURRENTLY IF'],
    [
      'an index that cannot be made again',
      '-- no transaction\nCREATE INDEX CONCURRENTLY a ON jobs (review)',
      'CONCURRENTLY IF NOT EXISTS',
    ],
    [
      'a unique index on what old code writes',
      '-- no transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a ON jobs (review)',
      'may refuse old writes',
    ],
    [
      'a column added outside of a transaction',
      '-- no transaction\nALTER TABLE jobs ADD a int',
      'not AlterTableStmt',
    ],
    ['the mark in another line', '-- Words.\n-- no transaction\nSELECT 1', 'whole first line'],
    ['a validation under a lock', 'ALTER TABLE jobs VALIDATE CONSTRAINT c', 'ValidateConstraint c'],
    ['rows that old code uses', 'UPDATE jobs SET review = NULL', 'changes rows'],
    ['rows that old code does not expect', `INSERT INTO keys VALUES ('a')`, 'changes rows'],
    ['rows that old code needs', 'DELETE FROM keeps', 'changes rows'],
    [
      'another body of a function',
      `CREATE OR REPLACE FUNCTION tell_job() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN END $$`,
      'replaces a function',
    ],
    [
      'a trigger on a table of old code',
      'CREATE TRIGGER t AFTER UPDATE ON jobs EXECUTE FUNCTION tell_job()',
      'puts a trigger on jobs',
    ],
    ['what nobody can read', 'DO $$ BEGIN DROP TABLE jobs; END $$', 'DoStmt is not known'],
    ['an emptied table', 'TRUNCATE keeps', 'TruncateStmt is not known'],
    ['a word that a type loses', 'ALTER TYPE a RENAME VALUE $$b$$ TO $$c$$', 'AlterEnumStmt'],
    ['the second of two', 'CREATE TABLE a (id int); DROP TABLE keeps', 'DropStmt is not known'],
    ['a mark that nothing needs', '-- breaking: I was afraid\nCREATE TABLE a (id int)', 'take the'],
    ['a mark without a reason', '-- breaking:\nDROP TABLE keeps', 'DropStmt is not known'],
    ['nothing', '-- Words.', 'holds no statement'],
  ])('finds %s', async (_breach, sql, said) => {
    const found = await checkMigration('0099_planted.sql', sql);
    expect(found.some((sentence) => sentence.includes(said)) || found).toBe(true);
  });

  test.each<[allowed: string, sql: string]>([
    [
      'a new table with all of its parts',
      `CREATE TABLE a (id uuid PRIMARY KEY, b int NOT NULL CHECK (b > 0));
      CREATE UNIQUE INDEX a_b ON a (b); ALTER TABLE a ADD c int NOT NULL; INSERT INTO a VALUES (1)`,
    ],
    ['a column that may be empty', 'ALTER TABLE jobs ADD COLUMN a timestamptz, ADD b text[]'],
    [
      'a column with a constant',
      `ALTER TABLE jobs ADD a jsonb NOT NULL DEFAULT '[]'::jsonb, ADD b boolean DEFAULT false`,
    ],
    [
      'a check of a new column, later for old rows',
      'ALTER TABLE jobs ADD a int, ADD CONSTRAINT c CHECK (a > 0) NOT VALID',
    ],
    [
      'a concurrent index and a validation',
      '-- no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a ON jobs (review);\nALTER TABLE jobs VALIDATE CONSTRAINT c;',
    ],
    [
      'a unique index that says why',
      '-- no transaction\n-- old writes: two of these were always a mistake.\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a ON jobs (review)',
    ],
    [
      'a check that becomes wider under its name',
      '-- old writes: it only becomes wider.\nALTER TABLE jobs DROP CONSTRAINT a, ADD CONSTRAINT a CHECK (c > 0) NOT VALID',
    ],
    ['a breaking one that says why', '-- breaking: nothing reads it since 0.2\nDROP TABLE keeps'],
  ])('allows %s', async (_allowed, sql) => {
    expect(await checkMigration('0099_planted.sql', sql)).toEqual([]);
  });
});

test.each<[text: string, statements: string[]]>([
  ['A; B', ['A', 'B']],
  ['A;\n-- words; more\n', ['A']],
  ['-- a;b\nA;', ['-- a;b\nA']],
  [`A 'x;''y;' ; B "q;"`, [`A 'x;''y;'`, 'B "q;"']],
  ['A $$ x; $b$ ; $$ ; B $b$ ; $$ $b$;', ['A $$ x; $b$ ; $$', 'B $b$ ; $$ $b$']],
  ['A /* ; */ - 1; /* only words */', ['A /* ; */ - 1']],
  ['A $1; B', ['A $1', 'B']],
  ['', []],
])('the statements of %j', (text, statements) => {
  expect(statementsOf(text)).toEqual(statements);
});
