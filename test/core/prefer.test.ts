import { patienceOf } from '../../src/dialects/kit/prefer';

/** RFC 7240: what a caller may write, and what is then done; `unasked` is 20 s and `max` 60 s. */
test.each<[prefer: string | undefined, ms: number, applied: string | undefined]>([
  [undefined, 20_000, undefined],
  ['', 20_000, undefined],
  ['wait=10', 10_000, 'wait=10'],
  ['Wait = 10', 10_000, 'wait=10'],
  ['wait="10"', 10_000, 'wait=10'],
  ['wait=10; foo=bar', 10_000, 'wait=10'],
  ['respond-async, wait=10', 10_000, 'wait=10'],
  ['return=minimal,wait=0', 0, 'wait=0'],
  ['wait=5, wait=50', 5_000, 'wait=5'],
  // More than is given is given as far as it goes, and not called applied.
  ['wait=61', 60_000, undefined],
  ['wait=999999999', 60_000, undefined],
  ['wait=9999999999', 60_000, undefined],
  [`wait=${'9'.repeat(400)}`, 60_000, undefined],
  ['respond-async', 0, 'respond-async'],
  // What cannot be read is no preference.
  ['wait=-1', 20_000, undefined],
  ['wait=1.5', 20_000, undefined],
  ['wait=soon', 20_000, undefined],
  ['wait', 20_000, undefined],
  ['=,;,"', 20_000, undefined],
])('Prefer: %s waits %d ms', (prefer, ms, applied) => {
  expect(patienceOf(prefer, { unasked: 20_000, max: 60_000 })).toEqual({
    ms,
    // No row wishes for what holds unasked.
    isWish: ms !== 20_000,
    headers: applied === undefined ? {} : { 'preference-applied': applied },
  });
});

test('nobody waits longer than the operator allows, asked or not', () => {
  expect(patienceOf(undefined, { unasked: 300_000, max: 60_000 }).ms).toBe(60_000);
});

test.each([
  ['parameters', `wait=${' '.repeat(50_000)};${'='.repeat(50_000)}"`],
  ['spaces before a quote', `wait=${' '.repeat(50_000)}"x"y`],
  ['quotes', `wait=${'" '.repeat(50_000)}y`],
  ['commas', ','.repeat(100_000)],
])('is read in time that grows with the header only: %s', (_, long) => {
  const startedAt = performance.now();
  patienceOf(long, { unasked: 0, max: 1 });
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
