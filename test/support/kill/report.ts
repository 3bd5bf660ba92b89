import { mkdirSync, writeFileSync } from 'node:fs';
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

export function writeReport(rows: readonly Row[]): void {
  mkdirSync(FOLDER, { recursive: true });
  const broken = rows.filter(({ outcome }) => outcome === 'broken').length;
  const report = { at: new Date().toISOString(), cells: rows.length, broken, rows };
  writeFileSync(join(FOLDER, 'kill-table.json'), `${JSON.stringify(report, null, 2)}\n`);
}
