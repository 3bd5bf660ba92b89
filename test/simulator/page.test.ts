import { DIRECTIVE_HELP, parseDirectives, RESULTS } from '../../simulators/server/directives';
import { FAULTS, isExchangeFault, isFault } from '../../simulators/server/faults';
import { readPage, rowsOf } from '../support/page';

/** docs/simulator.md names everything the simulator takes, and nothing else. */

const page = readPage('docs/simulator.md');
const rows = (heading: string): string[][] => rowsOf(page, heading);
const bare = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');

test('every directive has its row, and no row is about anything else', () => {
  const named = rows('Directives').map(([name]) => bare(name));
  expect(named.sort()).toEqual(Object.keys(DIRECTIVE_HELP).sort());
});

test('every fault has its row, which says rightly whether it strikes an exchange or a job', () => {
  const found = rows('Faults').map(([name, , kind]) => [bare(name), kind]);
  expect(found.map(([name]) => name).sort()).toEqual(Object.keys(FAULTS).sort());
  for (const [name, kind] of found) {
    expect([name, kind]).toEqual([
      name,
      isFault(name) && isExchangeFault(name) ? 'exchange' : 'job',
    ]);
  }
});

test('every result has its word', () => {
  const row = rows('Directives').find(([name]) => bare(name) === 'result');
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
