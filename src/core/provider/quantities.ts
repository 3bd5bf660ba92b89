import type { Quantities } from '../money/rates';
import type { PricedVideo } from '../money/tariff';
import type { VendorPrices } from './vendor-prices';

/** Returns what such a video uses at its provider, by the provider's own way of counting; `model` is the known one. */
export function quantitiesOf(
  prices: VendorPrices | undefined,
  model: string,
  video: PricedVideo,
): Quantities {
  const { seconds, images, videos } = video;
  const inputSeconds = videos > 0 ? (prices?.inputSecondsMax?.(model, video) ?? 0) : 0;
  const tokens = prices?.tokensOf?.(model, video, inputSeconds);
  return { seconds, images, inputSeconds, ...(tokens === undefined ? {} : { tokens }) };
}
