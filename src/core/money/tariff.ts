import type { Mode } from '../request/request';
import type { Rates } from './rates';

/** What a video is, as far as a table of prices may ask. */
export interface PricedVideo {
  mode: Mode;
  resolution: string;
  /** Pixels; where the model decides the shape, those of the largest. */
  width: number;
  height: number;
  fps: number;
  /** Whether sound is made. */
  audio: boolean;
  /** `default` where the model has no tiers. */
  tier: string;
  /** Whole seconds; where the model decides, the longest that it may choose. */
  seconds: number;
  images: number;
  videos: number;
  audios: number;
}

/** The videos that a row is for. What is absent may be anything. */
export interface When {
  modes?: readonly Mode[] | undefined;
  resolutions?: readonly string[] | undefined;
  fps?: readonly number[] | undefined;
  audio?: boolean | undefined;
  tiers?: readonly string[] | undefined;
  /** Whether there is a video among the inputs. */
  inputVideo?: boolean | undefined;
  /** Both bounds belong to it. */
  seconds?: { min?: number | undefined; max?: number | undefined } | undefined;
}

export interface TariffRow {
  when?: When | undefined;
  rates: Rates;
}

/** Returns the rates of the first row that is for such a video; undefined where none is, and it has no price. */
export const ratesFor = (rows: readonly TariffRow[], video: PricedVideo): Rates | undefined =>
  rows.find(({ when }) => !when || isMeant(when, video))?.rates;

function isMeant(when: When, video: PricedVideo): boolean {
  const { min = 0, max = Infinity } = when.seconds ?? {};
  return (
    isAmong(when.modes, video.mode) &&
    isAmong(when.resolutions, video.resolution) &&
    isAmong(when.fps, video.fps) &&
    isAmong(when.tiers, video.tier) &&
    (when.audio ?? video.audio) === video.audio &&
    (when.inputVideo ?? video.videos > 0) === video.videos > 0 &&
    video.seconds >= min &&
    video.seconds <= max
  );
}

const isAmong = <T>(named: readonly T[] | undefined, one: T): boolean =>
  named === undefined || named.includes(one);
