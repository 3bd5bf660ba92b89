import { lengthsIn, lengthsOf } from '../request/apply-capabilities';
import type { Capabilities, ModeCapabilities } from '../request/capabilities';
import { MODES } from '../request/request';
import type { Mode } from '../request/request';
import { limitsIn, sizesIn, USUAL_TIER } from './priced-video';
import type { PricedVideo } from './tariff';

/**
 * Lists a video of every kind that a price may tell apart and the model offers: each mode, resolution, sound, tier and
 * length, with and without a video among the inputs, the fewest and the most pictures, the smallest and largest shape.
 */
export const offeredVideos = (model: Capabilities): PricedVideo[] =>
  MODES.flatMap((mode) => {
    const limits = model.modes[mode];
    return limits ? inputsOf(mode, limits).flatMap((inputs) => videosOf(model, mode, inputs)) : [];
  });

type Inputs = Pick<PricedVideo, 'images' | 'videos' | 'audios'>;

const NO_INPUTS: Inputs = { images: 0, videos: 0, audios: 0 };

function inputsOf(mode: Mode, limits: ModeCapabilities): Inputs[] {
  switch (mode) {
    case 'text':
      return [NO_INPUTS];
    case 'first_frame':
      return [{ ...NO_INPUTS, images: 1 }];
    case 'first_last_frame':
      return [{ ...NO_INPUTS, images: 2 }];
    case 'reference': {
      const beside = limits.besideVideo?.images ?? limits.images;
      return [
        ...fewestAndMost(1, limits.images).map((images) => ({ ...NO_INPUTS, images })),
        ...(limits.videos > 0
          ? fewestAndMost(0, beside).map((images) => ({ ...NO_INPUTS, images, videos: 1 }))
          : []),
        ...(limits.audioAlone && limits.audios > 0 ? [{ ...NO_INPUTS, audios: 1 }] : []),
      ];
    }
  }
}

const fewestAndMost = (fewest: number, most: number): number[] =>
  most < fewest ? [] : [...new Set([fewest, most])];

function videosOf(model: Capabilities, mode: Mode, inputs: Inputs): PricedVideo[] {
  const limits = limitsIn(model, mode, inputs.videos > 0);
  const tiers = model.serviceTiers.length > 0 ? model.serviceTiers : [USUAL_TIER];
  const fps = limits?.fps ?? model.fps;
  return (limits?.resolutions ?? model.resolutions).flatMap((resolution) =>
    shapesOf(model, resolution).flatMap(([width, height]) =>
      soundsOf(model, limits, resolution).flatMap((audio) =>
        tiers.flatMap((tier) =>
          lengthsOf(lengthsIn(model, limits, resolution)).map((seconds) => ({
            ...{ mode, resolution, width, height, fps, audio, tier, seconds, ...inputs },
          })),
        ),
      ),
    ),
  );
}

function shapesOf(model: Capabilities, resolution: string): (readonly [number, number])[] {
  const sizes = sizesIn(model, resolution);
  const [smallest] = sizes;
  const largest = sizes.at(-1);
  return smallest && largest ? [...new Set([smallest, largest])] : [[0, 0]];
}

function soundsOf(
  model: Capabilities,
  limits: ModeCapabilities | undefined,
  resolution: string,
): boolean[] {
  if (model.audioAlways) return [true];
  const canSound = (limits?.audio ?? model.audio) && !model.silentOnly;
  return canSound && model.audioResolutions?.includes(resolution) !== false
    ? [false, true]
    : [false];
}

/** Says which video it is: `5 s in 720p with sound from text`. */
export function inWords({ seconds, resolution, audio, tier, mode, videos }: PricedVideo): string {
  const sound = audio ? 'with sound' : 'without sound';
  const from = videos > 0 ? 'a video' : MODE_WORDS[mode];
  const how = tier === USUAL_TIER ? '' : ` by tier ${tier}`;
  return `${String(seconds)} s in ${resolution} ${sound} from ${from}${how}`;
}

const MODE_WORDS: Record<Mode, string> = {
  text: 'text',
  first_frame: 'a first frame',
  first_last_frame: 'a first and a last frame',
  reference: 'references',
};
