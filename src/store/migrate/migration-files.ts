import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const MIGRATIONS = join(__dirname, '..', 'migrations');

/** Every release knows these; later ones are for the releases before them to ignore, unless they are breaking. */
const LAST_OF_FIRST_RELEASE = '0011';

export interface MigrationFile {
  /** An example is `0012_waits.sql`; files are applied in the order of their names. */
  name: string;
  sql: string;
  /** SHA-256 in hex. */
  checksum: string;
  /** The first line is `-- no transaction`: statements run one by one, and may be repeated. */
  isOutsideTransaction: boolean;
  /** The text after `-- breaking:` in the comment at the top says why an older process cannot work any more. */
  breaking: string | undefined;
  /** A process that does not know this file can work on the database all the same. */
  isCompatible: boolean;
}

export function readMigrations(folder: string): MigrationFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => parseMigration(name, readFileSync(join(folder, name), 'utf8')));
}

export function parseMigration(name: string, sql: string): MigrationFile {
  const top = /^(?:\s*--[^\n]*\n?)*/.exec(sql)?.[0] ?? '';
  const breaking = /^\s*-- breaking:\s*(\S.*)$/m.exec(top)?.[1];
  return {
    name,
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
    isOutsideTransaction: /^-- no transaction\s*$/.test(sql.split('\n', 1)[0] ?? ''),
    breaking,
    isCompatible: breaking === undefined && name.slice(0, 4) > LAST_OF_FIRST_RELEASE,
  };
}
