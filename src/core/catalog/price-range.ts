import Big from 'big.js';
import { offeredVideos } from '../money/offered-videos';
import type { PriceRange } from '../money/price-range';
import { price as priceOf } from '../money/terms';
import type { FrozenPrice } from '../money/terms';
import type { RoutedModel } from './entries';
import { askedFor, kindsOf } from './price-of';
import type { AskedPrice } from './price-of';

/** Ranges by model and group: a model's value lives as long as its offer, and its videos are many. */
const known = new WeakMap<RoutedModel, Map<string, PriceRange>>();

/** Returns what the model's videos cost callers of a group, over all of its channels. */
export function priceRangeOf(
  model: RoutedModel,
  { group, rules }: Pick<AskedPrice, 'group' | 'rules'>,
): PriceRange {
  const ranges = known.get(model) ?? new Map<string, PriceRange>();
  const range = ranges.get(group) ?? rangeOf(model, { price: model.entry.price, group, rules });
  known.set(model, ranges.set(group, range));
  return range;
}

function rangeOf({ entry, routes }: RoutedModel, asked: AskedPrice): PriceRange {
  const kinds = routes.flatMap((route) =>
    kindsOf(route, offeredVideos(route.capabilities), asked.price).flatMap((video) => {
      const frozen = askedFor(route, video, asked);
      return frozen ? [frozen] : [];
    }),
  );
  const points = kinds.map(({ terms, used }) => priceOf(terms, used).points ?? 0n);
  const [first = 0n] = points;
  const range = {
    from: points.reduce((least, one) => (one < least ? one : least), first),
    to: points.reduce((most, one) => (one > most ? one : most), first),
  };
  const [one] = kinds;
  if (!one || isFlat(entry.price)) return { unit: 'job', ...range };
  return isBySeconds(entry.price)
    ? { unit: 'second', perSecond: perSecondOf(one), ...range }
    : { unit: 'table', ...range };
}

/** Says whether every video costs the same, whatever is asked for. */
export const isFlat = (asked: AskedPrice['price']): boolean =>
  'free' in asked || onlyRate(asked) === 'perVideo';

const isBySeconds = (asked: AskedPrice['price']): boolean =>
  'rows' in asked &&
  onlyRate(asked) === 'perSecond' &&
  asked.minimum === undefined &&
  asked.roundTo === undefined;

/** Returns the name of the only rate of a price that is one row for everything; undefined for any other price. */
function onlyRate(asked: AskedPrice['price']): string | undefined {
  if (!('rows' in asked)) return undefined;
  const [row, ...others] = asked.rows;
  const [[name] = [], ...more] = Object.entries(row?.rates ?? {}).filter(
    ([, rate]) => rate != null,
  );
  return others.length === 0 && more.length === 0 && !row?.when ? name : undefined;
}

/** Multiplies the rate of a second with the group's factor. */
const perSecondOf = ({ terms: { rates, times } }: FrozenPrice): string =>
  times
    .reduce((product, { factor }) => product.times(factor), new Big(rates.perSecond ?? '0'))
    .toFixed();
