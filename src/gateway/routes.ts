import { isDeepStrictEqual } from 'node:util';
import type { ChannelRoute } from '../core/catalog/catalog';
import { GatewayError } from '../core/errors';
import { costOf } from '../core/catalog/price-of';
import { given } from '../core/json/fields';
import type { FrozenRoute } from '../core/job/job';
import { withResubmits } from '../core/job/next-route';
import type { PriceRules } from '../core/money/model-price';
import { pricedVideo } from '../core/money/priced-video';
import type { FrozenPrice } from '../core/money/terms';
import type { AppliedRequest, VideoRequest } from '../core/request/request';
import type { NewJob } from '../core/ports/store/jobs';

/** A channel that can honour a request, with the request in the words of its model. */
export interface RouteChoice extends ChannelRoute {
  applied: AppliedRequest;
  /** What the video costs that channel's account; absent where no list price is known. */
  cost?: FrozenPrice | undefined;
}

/**
 * The first channel's resolved defaults. Each later channel is asked for them, so that its model's own defaults have no
 * say.
 */
export type AppliedDefaults = Omit<Partial<VideoRequest>, 'model' | 'inputs' | 'passthrough'>;

/**
 * Chooses the channels that can honour the whole request; when none can, throws the first one's reason. The first that
 * can resolves the defaults: its video is priced and echoed. A later one is asked for every one of them, and stays only
 * if it makes that very video.
 */
export function chooseRoutes(
  routes: readonly [ChannelRoute, ...ChannelRoute[]],
  apply: (route: ChannelRoute, settled: AppliedDefaults) => AppliedRequest,
): readonly [RouteChoice, ...RouteChoice[]] {
  const choices: RouteChoice[] = [];
  let reason: unknown;
  for (const route of routes) {
    const [first] = choices;
    try {
      const applied = apply(route, first ? appliedDefaults(first.applied) : {});
      if (!first || isSame(first, { ...route, applied })) choices.push({ ...route, applied });
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      reason ??= error;
    }
  }
  const [first, ...rest] = choices;
  if (!first) throw reason;
  return [first, ...rest];
}

/** Notes what the video costs on each channel, by the request in the words of its model. */
export function withCosts(
  choices: readonly [RouteChoice, ...RouteChoice[]],
  rules: PriceRules,
): readonly [RouteChoice, ...RouteChoice[]] {
  const withCost = (choice: RouteChoice): RouteChoice => {
    const cost = costOf(choice, pricedVideo(choice.applied, choice.capabilities), rules);
    return { ...choice, cost };
  };
  const [first, ...rest] = choices;
  return [withCost(first), ...rest.map(withCost)];
}

/**
 * Turns the choices into the job's frozen routes, in the order in which they are tried: by priority, and by lot among
 * equals, each as likely to be first as its weight says. All of them make the same video, so its price and its defaults
 * do not hang on the lot. A channel that is being drained is left out; throws `unavailable` where no other is left.
 * A route keeps a request of its own where its channel has other words for the video, and the version of the `config`
 * that it was chosen by. `resubmits` is how often a job may be made again that a server of the operator's own has lost.
 */
export function frozen(
  choices: readonly [RouteChoice, ...RouteChoice[]],
  random: () => number,
  resubmits = 0,
): NewJob['routes'] {
  const { applied: shown } = choices[0];
  const freeze = ({
    channel,
    provider,
    model,
    like,
    config,
    cost,
    applied,
  }: RouteChoice): FrozenRoute => ({
    channel: channel.name,
    provider: provider.name,
    model,
    ...given({ like, cost }),
    ...(channel.selfHosted ? { selfHosted: true as const } : {}),
    ...(config === undefined || config === '' ? {} : { config }),
    ...(isDeepStrictEqual(applied, shown) ? {} : { applied }),
  });
  const [first, ...rest] = byLot(
    choices.filter(({ channel }) => channel.draining !== true),
    random,
  );
  if (!first) {
    throw new GatewayError('unavailable', {
      message: 'This model takes no new videos at the moment; try again later.',
    });
  }
  return withResubmits([freeze(first), ...rest.map(freeze)], resubmits);
}

/**
 * Orders by priority and, among equals, by a lot in which each has its weight (Efraimidis and Spirakis, "Weighted random
 * sampling with a reservoir", 2006: the larger `random^(1/weight)` goes first).
 */
function byLot<Item extends { priority: number; weight: number }>(
  items: readonly Item[],
  random: () => number,
): Item[] {
  return items
    .map((item) => ({ item, lot: random() ** (1 / item.weight) }))
    .sort((one, other) => one.item.priority - other.item.priority || other.lot - one.lot)
    .map(({ item }) => item);
}

function appliedDefaults(applied: AppliedRequest): AppliedDefaults {
  const { seconds, resolution, aspectRatio, fps, serviceTier, generateAudio = false } = applied;
  return given({ seconds, resolution, aspectRatio, fps, serviceTier, generateAudio });
}

function isSame(first: RouteChoice, other: RouteChoice): boolean {
  // Words of a vendor's own may mean anything to another.
  const isForeign = other.provider.name !== first.provider.name;
  const words = Object.values(first.applied.passthrough).filter((value) => value != null);
  if (isForeign && words.length > 0) return false;
  return isDeepStrictEqual(videoOf(first.applied), videoOf(other.applied));
}

/**
 * Returns what the video will be, to compare. A field that the model does not have says the same as its neutral value;
 * prompt, inputs and fields without a default are the caller's own, and a model that cannot honour one has refused it.
 */
function videoOf(applied: AppliedRequest) {
  const { mode, seconds, resolution, aspectRatio, width, height, fps } = applied;
  const { generateAudio = false, watermark = false, cameraFixed = false } = applied;
  const { returnLastFrame = false, serviceTier = 'default' } = applied;
  return [
    ...[mode, seconds, resolution, aspectRatio, width, height, fps],
    ...[generateAudio, watermark, cameraFixed, returnLastFrame, serviceTier],
  ];
}
