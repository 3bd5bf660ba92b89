import Big from 'big.js';
import type { Decimal, RateLine } from './rates';
import { price } from './terms';
import type { FrozenPrice } from './terms';

/** One line of a price as its caller sees it: in points, with every factor in it. */
export interface PointsLine extends Omit<RateLine, 'of'> {
  /** `rounding` = what a minimum, a step or an earlier quote adds, so that the lines always add up to the price. */
  of: RateLine['of'] | 'rounding';
}

/**
 * Returns what a price of so many micro-points is made of. What the operator pays and earns is not told: the factors are in each rate and not
 * beside it.
 */
export function linesInPoints({ terms, used }: FrozenPrice, points: bigint): PointsLine[] {
  const { perUnit = '1', times } = terms;
  const all = times.reduce((product, { factor }) => product.times(factor), new Big(perUnit));
  const inPoints = (amount: Decimal): Decimal => new Big(amount).times(all).toFixed();
  const { lines } = price(terms, used);
  const shown = lines.map(({ of, quantity, rate, amount }): PointsLine => {
    return { of, quantity, rate: inPoints(rate), amount: inPoints(amount) };
  });
  const sum = shown.reduce((total, { amount }) => total.plus(amount), new Big(0));
  const rest = new Big(points.toString()).div(MICRO_PER_POINT).minus(sum).toFixed();
  if (rest === '0') return shown;
  return [...shown, { of: 'rounding', quantity: '1', rate: rest, amount: rest }];
}

/** Dividing by it is exact: it is a power of ten. */
const MICRO_PER_POINT = 1_000_000;
