import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the tables of the end-to-end tests showed, case by case: `test/.report/<table>.json`, from which
 * docs/guarantees.md is made (`npm run guarantees`). A case is recorded after its assertions held, in words that are the
 * same in every run. One table is written by one test file, and starts anew with it.
 */
export function record(table: Table, name: string, outcome: string): void {
  mkdirSync(FOLDER, { recursive: true });
  const cases = begun.has(table) ? read(table) : {};
  begun.add(table);
  writeFileSync(pathOf(table), `${JSON.stringify({ ...cases, [name]: outcome }, null, 2)}\n`);
}

export const TABLES = ['kill-table', 'cancel-table', 'deadlines', 'faults', 'events'] as const;
export type Table = (typeof TABLES)[number];
export type Cases = Record<string, string>;
export type Report = Partial<Record<Table, Cases>>;

const FOLDER = join(__dirname, '..', '.report');
const pathOf = (table: Table): string => join(FOLDER, `${table}.json`);
const begun = new Set<Table>();

/** The tables that were written since that moment (Unix milliseconds). */
export function recordedSince(at: number): Report {
  const written = TABLES.filter((table) => {
    const file = statSync(pathOf(table), { throwIfNoEntry: false });
    return file !== undefined && file.mtimeMs >= at;
  });
  return Object.fromEntries(written.map((table) => [table, read(table)]));
}

const read = (table: Table): Cases => JSON.parse(readFileSync(pathOf(table), 'utf8')) as Cases;
