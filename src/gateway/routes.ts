import { isDeepStrictEqual } from 'node:util';
import type { ChannelRoute } from '../core/catalog/catalog';
import { GatewayError } from '../core/errors';
import { given } from '../core/json/fields';
import type { FrozenRoute } from '../core/job/job';
import type { AppliedRequest, VideoRequest } from '../core/request/request';
import type { NewJob } from '../core/ports/store/jobs';

/** A channel that can honour a request, with the request in the words of its model. */
export interface RouteChoice extends ChannelRoute {
  applied: AppliedRequest;
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

/**
 * Turns the choices into the job's frozen routes. A route keeps a request of its own where its channel has other words
 * for the same video.
 */
export function frozen([first, ...rest]: readonly [
  RouteChoice,
  ...RouteChoice[],
]): NewJob['routes'] {
  const freeze = ({ channel, provider, model, like, applied }: RouteChoice): FrozenRoute => ({
    channel: channel.name,
    provider: provider.name,
    model,
    ...given({ like }),
    ...(isDeepStrictEqual(applied, first.applied) ? {} : { applied }),
  });
  return [freeze(first), ...rest.map(freeze)];
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
