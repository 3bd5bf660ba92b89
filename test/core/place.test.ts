import { comparePlaces, FIRST_PLACE, placeBefore, timeOf } from '../../src/core/job/place';

/** Places: what a reader keeps to come back. */

test.each<[one: string, other: string, is: -1 | 0 | 1]>([
  ['0-0', '0-019b7a3c00007000800000000000abcd', -1],
  ['9-ff', '10-00', -1],
  ['7421-019b', '7421-019c', -1],
  ['7421-019b', '7421-019b', 0],
  ['18446744073709551615-0', '18446744073709551614-f', 1],
])('%s against %s is %d', (one, other, is) => {
  expect(comparePlaces(one, other)).toBe(is);
  expect(comparePlaces(other, one)).toBe(is === 0 ? 0 : -is);
});

test('a place knows when it was made, and the first one stands before all times', () => {
  const at = Date.parse('2026-11-30T12:00:00Z');
  const place = placeBefore(7422n, at);
  expect(place).toMatch(/^7422-0{20}[0-9a-f]{12}$/);
  expect(timeOf(place)).toBe(at);
  expect(comparePlaces(place, '7421-ffffffff')).toBe(1);
  expect(comparePlaces(place, '7422-019b7a3c00007000800000000000abcd')).toBe(-1);
  expect(timeOf('7422-019b7a3c00007000800000000000abcd')).toBe(0x019b7a3c0000);
  expect(timeOf(FIRST_PLACE)).toBeUndefined();
});
