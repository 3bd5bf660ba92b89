import { knownModel } from '../job/job';
import { inWords, offeredVideos } from '../money/offered-videos';
import { rowsOf } from '../money/model-price';
import type { ModelPrice, PriceRules } from '../money/model-price';
import type { Rates } from '../money/rates';
import type { PricedVideo } from '../money/tariff';
import { price as priceOf } from '../money/terms';
import type { FrozenPrice } from '../money/terms';
import { ConfigError } from './config-error';
import type { ChannelRoute, ModelEntry, RoutedModel } from './entries';
import { openLengthProblem } from './open-lengths';
import { askedFor, kindsOf, listPriceOf } from './price-of';
import { unmetNames } from './row-names';

/**
 * Finds what keeps a model from being sold: a video that is offered and has no price, or costs nothing in some group, a
 * rate for what its provider does not count, rates by a length that nobody has chosen, a multiple of a cost that nobody
 * knows. Every channel may be the first that can honour a request.
 */
export function priceErrors({ entry, routes }: RoutedModel, rules: PriceRules): ConfigError[] {
  const at = ['models', entry.name, 'price'];
  if ('free' in entry.price) return [];
  const names = unknownNames(entry.price, routes);
  // A video that lacks its row is most likely the one whose name has a slip.
  if (names.length > 0)
    return names.map(({ at: way, text }) => new ConfigError([...at, ...way], text));
  for (const route of routes) {
    const problem =
      unknownCost(entry.price, route, rules) ??
      uncounted(entry.price, route) ??
      unpriced(entry, route, rules) ??
      byOpenLength(entry.price, route);
    if (problem) return [new ConfigError([...at, ...problem.at], problem.text)];
  }
  return [];
}

interface Problem {
  at: readonly PropertyKey[];
  text: string;
}

/** A name that no channel's model ever had is no row's; what the operator has taken out by `offers` may stand in a row. */
function unknownNames(price: ModelPrice, routes: readonly ChannelRoute[]): Problem[] {
  if (!('rows' in price) || price.rows.every(({ when }) => when === undefined)) return [];
  const videos = routes.flatMap(({ whole }) => offeredVideos(whole));
  return unmetNames(price.rows, videos).map(({ at, name, known }) => ({
    at: ['rows', ...at],
    text: `${name} is not one of the model's: ${known.join(', ')}`,
  }));
}

function unknownCost(
  price: ModelPrice,
  route: ChannelRoute,
  { pointsPer }: PriceRules,
): Problem | undefined {
  if (!('costTimes' in price)) return undefined;
  const at = ['costTimes'];
  const list = listPriceOf(route);
  if (!list) {
    const text = `nobody has written a list price of "${knownModel(route)}" (channel "${route.channel.name}"): write rates, such as {"perSecond": "5"}`;
    return { at, text };
  }
  if (Object.hasOwn(pointsPer, list.currency)) return undefined;
  const { currency } = list;
  const text = `needs to know what one ${currency} is worth, since "${knownModel(route)}" is paid in it (channel "${route.channel.name}"): write "money": {"pointsPer": {"${currency}": "<points for one ${currency}>"}}`;
  return { at, text };
}

/** A rate for what nobody counts would sell it for nothing, or fail at each request. */
function uncounted(
  price: ModelPrice,
  { provider, capabilities }: ChannelRoute,
): Problem | undefined {
  if (!('rows' in price)) return undefined;
  const takesVideos = Object.values(capabilities.modes).some(({ videos }) => videos > 0);
  const names = (rate: keyof Rates): boolean =>
    price.rows.some(({ rates }) => rates[rate] !== undefined);
  if (!provider.prices?.tokensOf && names('perMillionTokens')) {
    return { at: [], text: `has "perMillionTokens", and provider "${provider.name}" counts none` };
  }
  if (takesVideos && !provider.prices?.inputSecondsMax && names('perInputSecond')) {
    const text = `has "perInputSecond", and nobody has written how many seconds of videos provider "${provider.name}" takes`;
    return { at: [], text };
  }
  return undefined;
}

/** What is free is said, and never fallen into. */
function unpriced(
  { price, groups }: Pick<ModelEntry, 'price' | 'groups'>,
  route: ChannelRoute,
  rules: PriceRules,
): Problem | undefined {
  const kinds = kindsOf(route, offeredVideos(route.capabilities), price);
  const asked = (video: PricedVideo, group: string) =>
    askedFor(route, video, { price, rules, group });
  // A price is not lost in the factor of a group either.
  for (const group of [
    NO_GROUP,
    ...groups.filter((name) => Object.hasOwn(rules.groupTimes, name)),
  ]) {
    const free = kinds.find((video) => pointsOf(asked(video, group)) === 0n);
    if (!free) continue;
    const whom = group === NO_GROUP ? '' : ` to group "${group}"`;
    const text = `sells ${inWords(free)}${whom} for nothing: add "perVideo" or "minimum", or write {"free": true}`;
    return { at: [], text };
  }
  const video = kinds.find((one) => asked(one, NO_GROUP) === undefined);
  if (!video) return undefined;
  const text =
    'rows' in price
      ? `has no row for ${inWords(video)}, which is offered: add a row without "when", or take it out by "offers"`
      : `takes the list price of "${knownModel(route)}", which has none for ${inWords(video)}: take it out by "offers"`;
  return { at: 'rows' in price ? ['rows'] : ['costTimes'], text };
}

/** Returns micro-points; undefined where the video has no price, or its currency no points. */
const pointsOf = (asked: FrozenPrice | undefined): bigint | undefined =>
  asked && priceOf(asked.terms, asked.used).points;

/** Every price is asked without a factor too. */
const NO_GROUP = '';

function byOpenLength(price: ModelPrice, route: ChannelRoute): Problem | undefined {
  const text = openLengthProblem(rowsOf(price, listPriceOf(route)), route.capabilities);
  return text === undefined ? undefined : { at: ['rows' in price ? 'rows' : 'costTimes'], text };
}
