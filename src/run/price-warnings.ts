import type { Config } from '../config';
import { modelPriceOf } from '../config/price-schema';
import { askedFor, costOf, listPriceOf } from '../core/catalog/price-of';
import { isFlat } from '../core/catalog/price-range';
import { ConfigError } from '../core/catalog/config-error';
import { narrow } from '../core/catalog/narrow';
import { unmetNames } from '../core/catalog/row-names';
import { capabilitiesOf } from '../core/catalog/capabilities-of';
import { formatPoints } from '../core/money/pricing';
import type { ModelPrice, PriceRules } from '../core/money/model-price';
import { inWords, offeredVideos } from '../core/money/offered-videos';
import { ratesFor } from '../core/money/tariff';
import type { PricedVideo } from '../core/money/tariff';
import { price as priceOf } from '../core/money/terms';
import type { Provider } from '../core/provider/provider';
import type { Capabilities } from '../core/request/capabilities';
import { providers } from '../providers';
import { priceRulesOf } from './channels';
import { spreadProblem } from './price-spread';

type Written = Config['models'][string];

/** A model with its price as it is computed with. */
type Model = Omit<Written, 'price'> & { price: ModelPrice };

/** One way in which a model is made, with what the operator offers of it. */
interface Way {
  provider: Provider;
  channel: { costTimes?: string | undefined };
  isReal: boolean;
  model: string;
  like?: string | undefined;
  capabilities: Capabilities;
}

/** Finds what is allowed in a model's price and most likely not meant. */
export function priceWarnings(config: Config, name: string, written: Written): ConfigError[] {
  const model: Model = { ...written, price: modelPriceOf(written.price) };
  const at = ['models', name, 'price'];
  const ways = waysOf(config, model);
  const real = ways.filter(({ isReal }) => isReal);
  const rules = priceRulesOf(config);
  const texts = [
    real.length > 0 && 'free' in model.price ? GIVEN_AWAY : undefined,
    isFlat(model.price) && !('free' in model.price) ? firstOf(real, spreadOf) : undefined,
    firstOf(real, (way) => lossOf(way, model, rules)),
    'costTimes' in model.price ? firstOf(real, borrowedOf) : undefined,
  ];
  return [
    ...texts.flatMap((text) => (text === undefined ? [] : [new ConfigError(at, text)])),
    ...uselessRows([...at, 'rows'], model, ways),
  ];
}

const GIVEN_AWAY = 'is free to callers, and the provider charges for each video';

/** Says that the price is for videos that cost their provider very different amounts. */
const spreadOf = ({ capabilities }: Way): string | undefined => spreadProblem(capabilities);

function waysOf({ channels }: Config, { channels: choices, offers }: Model): Way[] {
  return choices.flatMap(({ channel: name, model, like }) => {
    const channel = channels[name];
    const provider = providers[channel?.provider ?? ''];
    const whole = provider && capabilitiesOf(provider, { model, like });
    if (!channel || !provider || !whole) return [];
    const capabilities = offers ? narrow(whole, offers).made : whole;
    const isReal = 'baseUrl' in channel;
    return capabilities ? [{ provider, channel, isReal, model, like, capabilities }] : [];
  });
}

function firstOf(ways: readonly Way[], find: (way: Way) => string | undefined): string | undefined {
  for (const way of ways) {
    const text = find(way);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Says that a video is sold for less than its provider takes for it: the worst example, in the cheapest group. */
function lossOf(way: Way, { price, groups }: Model, rules: PriceRules): string | undefined {
  if ('free' in price) return undefined;
  const losses = groups.flatMap((group) =>
    offeredVideos(way.capabilities).flatMap((video) => {
      const asked = askedFor(way, video, { price, group, rules });
      const cost = costOf(way, video, rules);
      const points = asked && priceOf(asked.terms, asked.used).points;
      const paid = cost && priceOf(cost.terms, cost.used).points;
      return points === undefined || paid === undefined ? [] : [{ video, group, points, paid }];
    }),
  );
  const [worst] = losses
    .filter(({ points, paid }) => points < paid)
    .sort((one, other) => Number(other.paid - other.points - (one.paid - one.points)));
  if (!worst) return undefined;
  const { video, group, points, paid } = worst;
  const whose = group in rules.groupTimes ? ` for group "${group}"` : '';
  return `is less than the provider takes: ${inWords(video)} is sold at ${formatPoints(points)} points${whose}, and costs ${formatPoints(paid)} by the list price`;
}

/** Says that the list price is another model's. */
function borrowedOf(way: Way): string | undefined {
  const { model, like } = way;
  if (like === undefined || like === model || !listPriceOf(way)) return undefined;
  return `takes the list price of "${like}" for "${model}", which may cost its provider another`;
}

/** Finds rows that no offered video meets, and names in the others that none has: most likely a slip of the pen. */
function uselessRows(
  at: readonly PropertyKey[],
  { price }: Model,
  ways: readonly Way[],
): ConfigError[] {
  if (!('rows' in price) || ways.length === 0) return [];
  const videos = ways.flatMap(({ capabilities }) => offeredVideos(capabilities));
  const met = new Set(videos.map((video: PricedVideo) => ratesFor(price.rows, video)));
  const isUseless = price.rows.map(({ rates }) => !met.has(rates));
  return [
    ...price.rows.flatMap((_, index) =>
      isUseless[index] ? [new ConfigError([...at, index], 'is for no video that is offered')] : [],
    ),
    ...unmetNames(price.rows, videos).flatMap(({ at: [row, ...way], name, known }) =>
      isUseless[Number(row)]
        ? []
        : [
            new ConfigError(
              [...at, Number(row), ...way],
              `${name} is not offered (offered: ${known.join(', ')})`,
            ),
          ],
    ),
  ];
}
