import { knownModel } from '../job/job';
import type { FrozenRoute } from '../job/job';
import { costTermsOf, rowsOf, termsOf } from '../money/model-price';
import type { ModelPrice, PriceRules } from '../money/model-price';
import type { ListPrice } from '../money/list-price';
import type { Quantities, Rates } from '../money/rates';
import { ratesFor } from '../money/tariff';
import type { PricedVideo } from '../money/tariff';
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

/**
 * Returns the first video of each kind: the videos of a kind differ in nothing that is paid for, since the same row is for
 * them and they use the same. Most videos are of a kind that was there before, and exact decimals take their time.
 */
export function kindsOf(
  route: PricedRoute,
  videos: readonly PricedVideo[],
  price: ModelPrice,
): PricedVideo[] {
  const rows = rowsOf(price, listPriceOf(route));
  const usesByRates = new Map<Rates | undefined, Set<string>>();
  return videos.filter((video) => {
    const rates = ratesFor(rows, video);
    const uses = usesByRates.get(rates) ?? new Set<string>();
    usesByRates.set(rates, uses);
    const use = JSON.stringify(usedBy(route, video));
    const isFirst = !uses.has(use);
    uses.add(use);
    return isFirst;
  });
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
