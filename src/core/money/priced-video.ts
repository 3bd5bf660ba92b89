import { besideInputs, countsOf, lengthsIn, lengthsOf } from '../request/apply-capabilities';
import type { Capabilities, Lengths, ModeCapabilities } from '../request/capabilities';
import type { AppliedRequest, Mode } from '../request/request';
import type { PricedVideo } from './tariff';

/**
 * Reads off an applied request what its price may depend on. What the model decides counts at its most: the longest that
 * the mode allows, the largest shape of the resolution.
 */
export function pricedVideo(applied: AppliedRequest, model: Capabilities): PricedVideo {
  const { mode, resolution, inputs, fps } = applied;
  const counts = countsOf(inputs);
  const [width, height] =
    applied.width === undefined || applied.height === undefined
      ? largestOf(model, resolution)
      : [applied.width, applied.height];
  return {
    ...{ mode, resolution, width, height, fps, ...counts },
    audio: applied.generateAudio ?? false,
    tier: applied.serviceTier ?? USUAL_TIER,
    seconds:
      applied.seconds > 0
        ? applied.seconds
        : longestOf(lengthsIn(model, limitsIn(model, mode, counts.videos > 0), resolution)),
  };
}

/** The tier of a model that has none. */
export const USUAL_TIER = 'default';

/** Returns what holds in a mode, with or without a video among the inputs; undefined where the model lacks the mode. */
export function limitsIn(
  { modes }: Pick<Capabilities, 'modes'>,
  mode: Mode,
  hasVideo: boolean,
): ModeCapabilities | undefined {
  const limits = modes[mode];
  return limits && besideInputs(limits, hasVideo);
}

const longestOf = (lengths: Lengths): number => Math.max(...lengthsOf(lengths));

type Size = readonly [width: number, height: number];

/** Returns the pixels of the largest shape; of a resolution without shapes nobody knows any, which is 0. */
function largestOf({ sizes }: Pick<Capabilities, 'sizes'>, resolution: string): Size {
  return sizesIn({ sizes }, resolution).at(-1) ?? [0, 0];
}

/** Lists the shapes of a resolution, the smallest first. */
export const sizesIn = ({ sizes }: Pick<Capabilities, 'sizes'>, resolution: string): Size[] =>
  Object.values(sizes[resolution] ?? {}).toSorted(
    ([width, height], [otherWidth, otherHeight]) => width * height - otherWidth * otherHeight,
  );
