import { inWords, offeredVideos } from '../money/offered-videos';
import { limitsIn } from '../money/priced-video';
import { ratesFor } from '../money/tariff';
import type { PricedVideo, TariffRow } from '../money/tariff';
import { lengthsIn } from '../request/apply-capabilities';
import type { Capabilities } from '../request/capabilities';

/**
 * Says that rows would price a length that nobody has chosen: where callers may leave it to the model, the row is found
 * before the length is known, so that a short video is billed as the longest, or for more than was held. Undefined where
 * every length that may come of it meets the same rates.
 */
export function openLengthProblem(
  rows: readonly TariffRow[],
  model: Capabilities,
): string | undefined {
  if (rows.every(({ when }) => when?.seconds === undefined)) return undefined;
  const first = new Map<string, PricedVideo>();
  const ratesOf = (video: PricedVideo): string => JSON.stringify(ratesFor(rows, video));
  const open = offeredVideos(model).filter((one) => isOpen(model, one));
  const longest = open.reduce((most, { seconds }) => Math.max(most, seconds), 0);
  for (const video of open) {
    const kind = JSON.stringify({ ...video, seconds: 0 });
    const other = first.get(kind) ?? video;
    first.set(kind, other);
    if (ratesOf(other) !== ratesOf(video)) return problemOf(other, video, longest);
  }
  return undefined;
}

/** Says whether a request for such a video, or a body in the provider's own words, may leave its length to the model. */
function isOpen(model: Capabilities, { mode, resolution, videos }: PricedVideo): boolean {
  const limits = limitsIn(model, mode, videos > 0);
  const { auto = false, unsaid = 0 } = lengthsIn(model, limits, resolution);
  return auto || unsaid < 0;
}

const problemOf = (one: PricedVideo, { seconds }: PricedVideo, longest: number): string =>
  `has other rates for ${inWords(one)} than for ${String(seconds)} s, and callers may leave the length to the model (-1), which no rates by length can price: write the same rates for all lengths, or name the lengths, such as "offers": {"seconds": {"max": ${String(longest)}}}, which takes -1 away`;
