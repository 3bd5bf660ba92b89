import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../src/commands/kit/exit-codes';
import { reportSchema } from '../report';
import type { Report } from '../report';
import { reachedPlot } from './plot';
import type { Group } from './rows';
import { figuresOf } from './table';

/** docs/performance.md is prose by hand around figures from docs/performance/*.json, which this writes between two marks. */
const DOCS = join(__dirname, '..', '..', '..', 'docs');
const FROM = '<!-- figures: written by npm run bench -- page -->';
const TO = '<!-- end of the figures -->';

/** Writes the page from the reports that are kept, and measures nothing. */
export function benchPage(): number {
  writePage();
  process.stdout.write(`${JSON.stringify({ bench: 'page', written: 'docs/performance.md' })}\n`);
  return EXIT.ok;
}

/** Keeps the report as `docs/performance/<name>.json` and writes the page anew. */
export function writePages(name: string, report: Report): void {
  const folder = join(DOCS, 'performance');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  writePage();
}

function writePage(): void {
  mkdirSync(join(DOCS, 'performance'), { recursive: true });
  const groups = readGroups(join(DOCS, 'performance'));
  const path = join(DOCS, 'performance.md');
  writeFileSync(path, withFigures(readFileSync(path, 'utf8'), groups));
  writeFileSync(join(DOCS, 'performance', 'reached.svg'), reachedPlot(groups));
}

/** The page's text with its figures replaced. Throws where a mark is missing. */
export function withFigures(page: string, groups: readonly Group[]): string {
  const from = page.indexOf(FROM);
  const to = page.indexOf(TO);
  if (from < 0 || to < from) throw new Error(`docs/performance.md lacks "${FROM}" or "${TO}"`);
  return `${page.slice(0, from)}${FROM}\n\n${figuresOf(groups)}\n\n${page.slice(to)}`;
}

/** The kept reports by state of the code, the oldest state first. Throws where a file is no report. */
export function readGroups(folder: string): Group[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const groups = new Map<string, Report[]>();
  for (const name of names.sort()) {
    const report = reportSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    const group = name.replace(/-\d+\.json$/, '');
    groups.set(group, [...(groups.get(group) ?? []), report]);
  }
  return [...groups]
    .map(([name, reports]) => ({ name, reports }))
    .sort((a, b) => firstAt(a).localeCompare(firstAt(b)));
}

const firstAt = ({ reports }: Group): string => reports.map(({ at }) => at).sort()[0] ?? '';
