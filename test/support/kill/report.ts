import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CellResult } from './run-cell';

/** What the last run of the table found, for whoever writes the guarantees down. Not for git. */
const FOLDER = join(__dirname, '..', '..', '.report');

export interface Row extends Partial<CellResult> {
  name: string;
  round: number;
  outcome: 'held' | 'broken';
  problem?: string;
}

/** Writes the report: a whole table replaces the last one, a part of it is written beside. */
export function writeReport(rows: readonly Row[], whole: number): void {
  mkdirSync(FOLDER, { recursive: true });
  const broken = rows.filter(({ outcome }) => outcome === 'broken').length;
  const report = { at: new Date().toISOString(), cells: rows.length, broken, rows };
  const part = join(FOLDER, 'kill-runs.partial.json');
  const isWhole = rows.length === whole;
  const path = isWhole ? join(FOLDER, 'kill-runs.json') : part;
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  if (isWhole) rmSync(part, { force: true });
}
