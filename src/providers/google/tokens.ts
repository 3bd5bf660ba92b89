import type { PricedVideo } from '../../core/money/tariff';

/** Omni's tokens for a second of video with its sound, by resolution, as Google's page of prices has them. */
const PER_SECOND: Readonly<Record<string, number>> = {
  '360p': 1_931,
  '720p': 5_792,
  '1080p': 8_688,
  '4k': 17_376,
};

/** Returns the tokens that Google will count for a video of Omni's; no other model is billed by them. */
export const tokensOf = (_model: string, { resolution, seconds }: PricedVideo): number =>
  (PER_SECOND[resolution] ?? 0) * seconds;
