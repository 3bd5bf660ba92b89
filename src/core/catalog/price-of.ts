import { knownModel } from '../job/job';
import type { FrozenRoute } from '../job/job';
import { costTermsOf, termsOf } from '../money/model-price';
import type { ModelPrice, PriceRules } from '../money/model-price';
import type { ListPrice } from '../money/list-price';
import type { Quantities } from '../money/rates';
import type { PricedVideo } from '../money/tariff';
import { price as priceOf } from '../money/terms';
import type { FrozenPrice, Terms } from '../money/terms';
import type { Provider } from '../provider/provider';
import { quantitiesOf } from '../provider/quantities';

/** A provider's model, as far as what is paid for its videos depends on it. */
export interface PricedRoute extends Pick<FrozenRoute, 'model' | 'like'> {
  provider: Pick<Provider, 'prices'>;
}

/** What callers of a group pay for a model, and by which rules. */
export interface AskedPrice {
  price: ModelPrice;
  group: string;
  rules: PriceRules;
}

/**
 * Returns what callers are asked for a video that is made this way: THE function of quote, hold and bill. Undefined where
 * the video has no price, which a start refuses of every video that is offered.
 */
export function askedFor(
  route: PricedRoute,
  video: PricedVideo,
  { price, group, rules }: AskedPrice,
): FrozenPrice | undefined {
  const terms = termsOf(price, { video, list: listPriceOf(route), group }, rules);
  return terms && frozen(terms, usedBy(route, video));
}

/** Returns what the video costs the operator's account; undefined where nobody knows the list price. */
export function costOf(
  route: PricedRoute & { channel: { costTimes?: string | undefined } },
  video: PricedVideo,
  rules: Pick<PriceRules, 'pointsPer'>,
): FrozenPrice | undefined {
  const list = listPriceOf(route);
  const terms = list && costTermsOf(list, video, route.channel.costTimes, rules);
  return terms && frozen(terms, usedBy(route, video));
}

/** Videos that differ in nothing that is paid for: one of them, and the price of each. */
export interface PricedKind {
  video: PricedVideo;
  frozen: FrozenPrice;
  /** Micro-points; undefined where the price's currency has none. */
  points: bigint | undefined;
}

/**
 * Prices videos by their kinds, each named by the first of it, and leaves out those without a price: most videos differ
 * in nothing that is paid for, and exact decimals take their time.
 */
export function pricedKinds(
  route: PricedRoute,
  videos: readonly PricedVideo[],
  asked: AskedPrice,
): PricedKind[] {
  const kinds = new Map<string, Omit<PricedKind, 'points'>>();
  for (const video of videos) {
    const found = askedFor(route, video, asked);
    const kind = found && JSON.stringify([found.terms.rates, found.used]);
    if (found && kind !== undefined && !kinds.has(kind)) kinds.set(kind, { video, frozen: found });
  }
  return [...kinds.values()].map(({ video, frozen: { terms, used } }) => ({
    ...{ video, frozen: { terms, used } },
    points: priceOf(terms, used).points,
  }));
}

/** Nobody can say what tokens cost that nobody counts. */
const frozen = (terms: Terms, used: Quantities): FrozenPrice | undefined =>
  terms.rates.perMillionTokens !== undefined && used.tokens === undefined
    ? undefined
    : { terms, used };

/** Returns the list price of the provider's model, or of the known one that it is taken for; undefined where none is known. */
export function listPriceOf({
  provider: { prices },
  ...choice
}: PricedRoute): ListPrice | undefined {
  const known = knownModel(choice);
  return prices && Object.hasOwn(prices.models, known) ? prices.models[known] : undefined;
}

const usedBy = ({ provider: { prices }, ...choice }: PricedRoute, video: PricedVideo) =>
  quantitiesOf(prices, knownModel(choice), video);
