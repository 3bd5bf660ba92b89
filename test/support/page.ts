import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads a page of the documentation as a test needs it: its tables and its fenced blocks. */

export const ROOT = join(__dirname, '..', '..');

export const readPage = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The cells of every table row under a heading, without the head rows. */
export function rowsOf(page: string, heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n');
  return lines
    .filter((line, at) => line.startsWith('| ') && !(lines[at + 1] ?? '').startsWith('|---'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** What stands in backticks in a cell: `["a", "b"]` of "`a`, `b`". */
export const codeIn = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

/** The fenced blocks of one language, in order. */
export const blocksOf = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1] ?? '',
  );
