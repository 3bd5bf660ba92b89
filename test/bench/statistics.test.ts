import { median, percentile, ratioOf, rounded, spreadOf } from '../../bench/math/statistics';

const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);

test.each<[share: number, of: number[], is: number]>([
  [0.5, hundred, 50],
  [0.99, hundred, 99],
  [1, hundred, 100],
  [0.99, [7], 7],
  [0.5, [3, 1, 2], 2],
  [0.5, [], 0],
])('the percentile %d is a value that was measured, by nearest rank', (share, of, is) => {
  expect(percentile(of, share)).toBe(is);
});

test.each<[of: number[], is: number]>([
  [[5, 1, 3], 3],
  [[4, 1, 3, 2], 2.5],
  [[9], 9],
  [[], 0],
])('the median of %j is %d', (of, is) => {
  expect(median(of)).toBe(is);
});

test('a spread is told in tenths of milliseconds', () => {
  expect(spreadOf([1.24, 1.26, 9.99])).toEqual({ p50: 1.3, p99: 10 });
});

test('a ratio over nothing is nothing, and no infinity that JSON could not carry', () => {
  expect([ratioOf(1, 3), ratioOf(5, 0), ratioOf(0, 5)]).toEqual([0.333, 0, 0]);
});

test('rounding keeps as many digits as asked', () => {
  expect([rounded(2.345, 1), rounded(2.5), rounded(-0.126, 2)]).toEqual([2.3, 3, -0.13]);
});
