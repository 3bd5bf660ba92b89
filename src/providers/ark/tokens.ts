import type { PricedVideo } from '../../core/money/tariff';

/**
 * How Ark counts tokens. Its page of prices has seconds x pixels x 24 / 1024, for the inputs' seconds and the video's own;
 * what it reports has one frame more, and no fraction: 48,437 for five seconds of 854x480, and 196,425 for four of 1920x1080
 * (both measured by a third party in September 2026; test/providers has more, and every example of the page).
 */

const isSeedance2 = (model: string): boolean => /seedance-2-/.test(model);
const isSeedance25 = (model: string): boolean => /seedance-2-5-/.test(model);

/**
 * Returns the most seconds that all reference videos together may have: 30 on 2.5, 15 on 2.0, by the page of the create
 * call. Nothing where there is none.
 */
export function inputSecondsMax(model: string, { videos }: PricedVideo): number {
  if (videos === 0 || !isSeedance2(model)) return 0;
  return isSeedance25(model) ? 30 : 15;
}

/** Returns the tokens of a video; of an upper bound of pixels or seconds it is one too. */
export function tokensOf(model: string, video: PricedVideo, inputSeconds: number): number {
  const { seconds, fps, width, height } = video;
  const counted = video.videos > 0 ? Math.max(inputSeconds, leastInput(model, seconds)) : 0;
  const frames = Math.round(fps * (seconds + counted)) + 1;
  return Math.floor((frames * width * height) / PIXELS_PER_TOKEN);
}

const PIXELS_PER_TOKEN = 1_024;

/**
 * Returns the seconds that the inputs are counted for at least, which is the page's "minimum token usage". Its examples
 * (five seconds of output cost the same for inputs of two to four seconds) and a reseller's table for four to nine seconds
 * both fit two thirds of the output, rounded up; the vendor's own table was not read.
 */
const leastInput = (model: string, seconds: number): number =>
  isSeedance2(model) ? Math.ceil((2 * seconds) / 3) : 0;
