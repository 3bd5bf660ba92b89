import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The table of findings stays whole: no finding without a row, no row whose test or output is gone. */
const ROOT = join(__dirname, '..');
const FOLDER = join(ROOT, 'docs/findings/2026-11-28');
const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== 'README.md');
const OUTPUTS = readdirSync(join(FOLDER, 'output'));

interface Row {
  page: string;
  finding: string;
  text: string;
}

const rows: Row[] = PAGES.flatMap((page) =>
  readFileSync(join(FOLDER, page), 'utf8')
    .split('\n')
    .filter((line) => /^\| (?!finding|-)/.test(line))
    .map((text) => ({ page, finding: text.split('|')[1]?.trim() ?? '', text })),
);

/** `('R', 1, 18)` stands for R1 to R18. */
const range = (letter: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${letter}${String(first + index)}`);

const FINDINGS = [
  ...range('W', 1, 10),
  ...range('R', 1, 18),
  ...range('S', 1, 10),
  ...range('B', 1, 6),
  ...range('N A', 1, 7),
  ...range('N B', 10, 12),
  ...['N13', 'N14', 'N B15', 'N16'],
];

/** `W1, second half` and `N A1, N A2` name the finding `W1` and `N A1`. */
const names = (finding: string, id: string): boolean =>
  new RegExp(`(^|\\W)${id}(?!\\d)`).test(finding);

test.each(FINDINGS)('finding %s has a row', (id) => {
  expect(rows.filter(({ finding }) => names(finding, id))).not.toEqual([]);
});

test.each(rows)('$page: $finding names tests that there are', ({ text }) => {
  const paths = [...text.matchAll(/\btest\/[\w./-]+\.ts\b/g)].map(([path]) => path);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test.each(rows)('$page: $finding links to output that was kept', ({ text }) => {
  const links = [...text.matchAll(/output\/([\w-]+\.txt)/g)].map((match) => match[1] ?? '');
  expect(links.filter((name) => !OUTPUTS.includes(name))).toEqual([]);
});

test.each(rows)('$page: $finding has all five columns', ({ text }) => {
  expect(text.replaceAll('\\|', '').split('|')).toHaveLength(7);
});
