import Big from 'big.js';
import { linesOf, sumOf } from './rates';
import type { Decimal, Quantities, RateLine, Rates } from './rates';

/**
 * Everything that a price is made from but what is used. It is frozen with its job or attempt, as JSON, so that the same
 * function makes the quote, the hold and, days later, the bill.
 */
export interface Terms {
  rates: Rates;
  /** `points`, or the currency of a vendor's price list, by ISO 4217: `USD`. */
  currency: string;
  /** Money for one of the vendor's own units, where the rates are in units: "0.14". */
  perUnit?: Decimal | undefined;
  /** What an account pays of the list price, such as "0.9"; absent where that is all of it. */
  accountTimes?: Decimal | undefined;
  /** What the sum is multiplied with, one after the other; none where the rates are in points already. */
  times: readonly Factor[];
  /** Points that a video costs at least. */
  minimum?: Decimal | undefined;
  /** The points are rounded up to a multiple of this. */
  roundTo?: Decimal | undefined;
}

export interface Factor {
  /** `points` = points for one of the currency; `margin` = the operator's; `group` = that of the caller's group. */
  of: 'points' | 'margin' | 'group';
  factor: Decimal;
}

/** Terms with what is used: a price that is frozen, and can be computed again with what was used in fact. */
export interface FrozenPrice {
  terms: Terms;
  used: Quantities;
}

/** A price with its reasons. */
export interface Priced {
  lines: readonly RateLine[];
  /** The lines' sum in the currency of the terms, as the account pays it. */
  amount: Decimal;
  /** Micro-points; undefined where nobody has said what the currency is worth in points. */
  points: bigint | undefined;
}

/** Decimals of a micro-point, and of the points that rates may be rounded to. */
const MICRO = 6;

export function price(terms: Terms, used: Quantities): Priced {
  const lines = linesOf(terms.rates, used);
  const amount = sumOf(lines)
    .times(terms.perUnit ?? '1')
    .times(terms.accountTimes ?? '1');
  return { lines, amount: amount.toFixed(), points: pointsOf(terms, amount) };
}

function pointsOf({ currency, times, minimum, roundTo }: Terms, amount: Big): bigint | undefined {
  if (currency !== POINTS && !times.some(({ of }) => of === 'points')) return undefined;
  const exact = times.reduce((product, { factor }) => product.times(factor), amount);
  const least = minimum !== undefined && exact.lt(minimum) ? new Big(minimum) : exact;
  // Half a micro-point is rounded up; a step of the operator's always is.
  const points = roundTo === undefined ? least.round(MICRO, Big.roundHalfUp) : up(least, roundTo);
  return BigInt(points.times(`1e${String(MICRO)}`).toFixed(0));
}

/** Rounds up to a multiple of `step`: 10.2 with steps of 0.5 is 10.5. */
function up(points: Big, step: Decimal): Big {
  const rest = points.mod(step);
  return rest.eq(0) ? points : points.minus(rest).plus(step);
}

export const POINTS = 'points';
