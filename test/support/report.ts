import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the tables of the end-to-end tests found, case by case, as data: `test/.report/<promise>.json`. One promise is
 * reported by one test file; a case that runs again replaces what it said before.
 */
export function record(promise: string, name: string, outcome: unknown): void {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `${promise}.json`);
  const cases = { ...read(path), [name]: outcome };
  writeFileSync(path, `${JSON.stringify({ promise, cases }, null, 2)}\n`);
}

const FOLDER = join(__dirname, '..', '.report');

function read(path: string): Record<string, unknown> {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { cases: Record<string, unknown> }).cases;
  } catch {
    return {};
  }
}
