import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reached, reachedPlot } from '../../bench/page/plot';
import { isMet } from '../../bench/page/rows';
import { figuresOf } from '../../bench/page/table';
import { reportName } from '../../bench/page/name';
import { readGroups, withFigures } from '../../bench/page/write';
import { exampleReport } from './example-report';

const DOCS = join(__dirname, '..', '..', 'docs');

test('docs/performance.md and its plot show what the kept runs measured', () => {
  const page = readFileSync(join(DOCS, 'performance.md'), 'utf8');
  const groups = readGroups(join(DOCS, 'performance'));
  expect(withFigures(page, groups)).toBe(page);
  expect(reachedPlot(groups)).toBe(readFileSync(join(DOCS, 'performance/reached.svg'), 'utf8'));
});

describe('the table of figures', () => {
  const before = {
    name: 'before',
    reports: [exampleReport(), exampleReport({ create_ratio: 0.7 })],
  };
  const after = { name: 'after', reports: [exampleReport({ lifecycle_ratio: 0.93 })] };
  const lines = figuresOf([before, after]).split('\n');
  const row = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`| ${name}`));

  test('has a column per state of the code', () => {
    expect(row('figure')).toBe('| figure | wanted | before | after |');
  });
  test('shows the median of several runs and what they lay between', () => {
    expect(row('creates over bare')).toMatch(/\| {2}\| 0\.60 \(0\.50–0\.70\) \| 0\.50 \|$/);
  });
  test('marks what is as wanted', () => {
    expect(row('lifecycles over bare')).toMatch(/\| at least 0\.9 \| 0\.45 \| \*\*0\.93\*\* \|$/);
  });
  test('shows a dash where a run could not measure', () => {
    expect(row('reads over the peer')).toMatch(/\| at least 15 \| – \| – \|$/);
  });
  test('names the machine and the commits', () => {
    expect(lines[0]).toContain('A CPU, 2 cores');
    expect(lines.at(-1)).toContain('*after*: 2026-11-28, commit `abc1234`');
  });
});

describe('the plot', () => {
  test('is as long as the share that is reached, whichever way better lies', () => {
    expect(reached({ is: 'at least', value: 0.9 }, 0.45)).toBe(0.5);
    expect(reached({ is: 'at most', value: 30 }, 60)).toBe(0.5);
    expect(reached({ is: 'at most', value: 30 }, 0)).toBe(0);
  });
  test('has a bar per state and wanted figure, and says what was not measured', () => {
    const svg = reachedPlot([
      { name: 'before', reports: [exampleReport()] },
      { name: 'after', reports: [exampleReport({ lifecycle_ratio: 0.9 })] },
    ]);
    expect(svg.match(/<rect [^>]*height="12" fill="#f0a35e"/g)).toHaveLength(9);
    expect(svg.match(/not measured/g)).toHaveLength(4);
    expect(svg).toContain('>0.90</text>');
  });
  test('cannot be broken by a name', () => {
    expect(reachedPlot([{ name: '<a&b>', reports: [] }])).toContain('>&lt;a&amp;b&gt;</text>');
  });
});

test('a figure is met on the right side of what is wanted', () => {
  expect(isMet({ is: 'at least', value: 3 }, 3)).toBe(true);
  expect(isMet({ is: 'at most', value: 40 }, 41)).toBe(false);
});

test('kept runs are grouped by the state that they measured, the oldest first', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-reports-'));
  try {
    const keep = (name: string, at: string): void => {
      writeFileSync(join(folder, name), JSON.stringify(exampleReport({ at })));
    };
    keep('a-later-state-1.json', '2026-12-02T00:00:00.000Z');
    keep('before-2.json', '2026-11-28T02:00:00.000Z');
    keep('before-1.json', '2026-11-28T01:00:00.000Z');
    const found = readGroups(folder).map(({ name, reports }) => [name, reports.length]);
    expect(found).toEqual([
      ['before', 2],
      ['a-later-state', 1],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a run that is kept has a name with a number', () => {
  expect(() => reportName('before-1')).not.toThrow();
  for (const name of ['before', '../before-1', 'Before-1', '']) {
    expect(() => reportName(name)).toThrow(/before-1/);
  }
});

test('a page without its marks is an error, and is not overwritten', () => {
  expect(() => withFigures('# Performance\n', [])).toThrow('lacks');
});
