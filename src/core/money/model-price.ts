import { given } from '../json/fields';
import type { ListPrice } from './list-price';
import type { Decimal } from './rates';
import { ratesFor } from './tariff';
import type { PricedVideo, TariffRow } from './tariff';
import { POINTS } from './terms';
import type { Factor, Terms } from './terms';

/** What an operator asks for the videos of a model; `free` must be said, never fallen into. */
export type ModelPrice = { free: true } | TablePrice | CostPrice;

interface Rounding {
  /** Points that a video costs at least. */
  minimum?: Decimal | undefined;
  /** Points are rounded up to a multiple of this. */
  roundTo?: Decimal | undefined;
}

/** Points by what the video is: the first row that is for it. */
export interface TablePrice extends Rounding {
  rows: readonly TariffRow[];
}

/** The list price of the provider's model, times a margin. */
export interface CostPrice extends Rounding {
  costTimes: Decimal;
}

/** What the operator says of money for all models together. */
export interface PriceRules {
  /** Points for one of a currency, by ISO 4217. */
  pointsPer: Readonly<Record<string, Decimal>>;
  /** What prices are multiplied with for callers of a group; groups without it pay them as they are. */
  groupTimes: Readonly<Record<string, Decimal>>;
  /** How much of its hold a job may be charged beyond it. */
  overHoldShare: Decimal;
}

/** The rules of an operator who says nothing. What a currency is worth in points is never guessed. */
export const NO_PRICE_RULES: PriceRules = { pointsPer: {}, groupTimes: {}, overHoldShare: '0.2' };

/** Whose price it is: of a video, by a model with that list price, for callers of a group. */
export interface PriceSubject {
  video: PricedVideo;
  list: ListPrice | undefined;
  group: string;
}

/**
 * Returns the terms of a model's price for one video. Undefined where the video has none: no row is for it, or nobody has
 * said what its model or its currency costs.
 */
export function termsOf(
  price: ModelPrice,
  { video, list, group }: PriceSubject,
  { pointsPer, groupTimes }: PriceRules,
): Terms | undefined {
  const rates = ratesFor(rowsOf(price, list), video);
  if (!rates) return undefined;
  if ('free' in price) return { rates, currency: POINTS, times: [] };
  const factors = factorsOf('group', ownOf(groupTimes, group));
  const { minimum, roundTo } = price;
  const rounding = given({ minimum, roundTo });
  if ('rows' in price) return { rates, currency: POINTS, times: factors, ...rounding };
  const points = list && ownOf(pointsPer, list.currency);
  if (!list || points === undefined) return undefined;
  const { currency, perUnit } = list;
  const times = [
    ...factorsOf('points', points),
    ...factorsOf('margin', price.costTimes),
    ...factors,
  ];
  return { rates, currency, ...given({ perUnit }), times, ...rounding };
}

/** Returns the rows of a price: its own, or those of the list price that it is a multiple of; none where nobody knows that. */
export function rowsOf(price: ModelPrice, list: ListPrice | undefined): readonly TariffRow[] {
  if ('free' in price) return FREE;
  return 'rows' in price ? price.rows : (list?.rows ?? []);
}

const FREE: readonly TariffRow[] = [{ rates: {} }];

/**
 * Returns the terms of what a video costs the operator's account, which pays `accountTimes` of the list price; in points
 * too where the currency has them. Undefined where the list has no row for it.
 */
export function costTermsOf(
  list: ListPrice,
  video: PricedVideo,
  accountTimes: Decimal | undefined,
  { pointsPer }: Pick<PriceRules, 'pointsPer'>,
): Terms | undefined {
  const rates = ratesFor(list.rows, video);
  if (!rates) return undefined;
  const { currency, perUnit } = list;
  const times = factorsOf('points', ownOf(pointsPer, currency));
  return { rates, currency, ...given({ perUnit, accountTimes }), times };
}

const factorsOf = (of: Factor['of'], factor: Decimal | undefined): Factor[] =>
  factor === undefined ? [] : [{ of, factor }];

/** Returns the value of that name; no name of the language's own objects has one. */
const ownOf = (values: Readonly<Record<string, Decimal>>, name: string): Decimal | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;
