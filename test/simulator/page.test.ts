import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIRECTIVE_HELP, parseDirectives, RESULTS } from '../../src/simulator/directives';
import { FAULTS, isExchangeFault, isFault } from '../../src/simulator/faults';

/** docs/simulator.md names everything the simulator takes, and nothing else. */

const page = readFileSync(join(__dirname, '../../docs/simulator.md'), 'utf8');

/** The cells of the table under a heading, without its head. */
function rowsOf(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(1).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
const bare = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');

test('every directive has its row, and no row is about anything else', () => {
  const named = rowsOf('Directives').map(([name]) => bare(name));
  expect(named.sort()).toEqual(Object.keys(DIRECTIVE_HELP).sort());
});

test('every fault has its row, which says rightly whether it strikes an exchange or a job', () => {
  const rows = rowsOf('Faults').map(([name, , kind]) => [bare(name), kind]);
  expect(rows.map(([name]) => name).sort()).toEqual(Object.keys(FAULTS).sort());
  for (const [name, kind] of rows) {
    expect([name, kind]).toEqual([
      name,
      isFault(name) && isExchangeFault(name) ? 'exchange' : 'job',
    ]);
  }
});

test('every result has its word', () => {
  const row = rowsOf('Directives').find(([name]) => bare(name) === 'result');
  expect([...(row?.[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1])).toEqual([
    ...RESULTS,
  ]);
});

test('what the examples say is taken', () => {
  const tokens = [...page.matchAll(/\[\[sim ([^\]]+)\]\]/g)].map((match) => match[1] ?? '');
  const posted = [...page.matchAll(/"directives": "([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(tokens.length + posted.length).toBeGreaterThanOrEqual(3);
  for (const text of [...tokens, ...posted]) expect(() => parseDirectives(text)).not.toThrow();
});
