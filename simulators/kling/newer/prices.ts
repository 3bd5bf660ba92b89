/**
 * What a second costs in units of the vendor's price list, by model and resolution, as a public copy of it had them on
 * 2026-09-20.
 */

type Rates = Readonly<Record<string, number>>;

interface Price {
  nothing: Rates;
  sound: Rates;
  video: Rates;
}

const NO_RATES: Rates = {};
const CHEAP: Rates = { '720p': 0.6, '1080p': 0.8 };
const WITH_VIDEO: Rates = { '720p': 0.9, '1080p': 1.2 };
const OLD: Rates = { '720p': 0.3, '1080p': 0.5 };
const LOUD: Rates = { '720p': 0.8, '1080p': 1 };
const K4: Rates = { '4k': 3 };

const PRICES: Readonly<Record<string, Price>> = {
  'kling-3.0-turbo': { nothing: LOUD, sound: LOUD, video: NO_RATES },
  'kling-3.0': {
    nothing: { ...CHEAP, ...K4 },
    sound: { ...WITH_VIDEO, ...K4 },
    video: NO_RATES,
  },
  'kling-3.0-omni': {
    nothing: { ...CHEAP, ...K4 },
    sound: { ...LOUD, ...K4 },
    video: { ...WITH_VIDEO, ...K4 },
  },
  'kling-o1': { nothing: CHEAP, sound: NO_RATES, video: WITH_VIDEO },
  'kling-2.6': { nothing: OLD, sound: { '1080p': 1 }, video: NO_RATES },
  'kling-2.5-turbo': { nothing: OLD, sound: NO_RATES, video: NO_RATES },
};

/** Gives the units of a video, such as `1.8` for three silent seconds at 720p. */
export function unitsOf(video: {
  model: string;
  resolution: string;
  seconds: number;
  with: keyof Price;
}): string {
  const rate = PRICES[video.model]?.[video.with][video.resolution] ?? 0;
  return String(Math.round(rate * video.seconds * 100) / 100);
}
