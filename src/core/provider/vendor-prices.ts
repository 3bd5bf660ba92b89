import type { ListPrice } from '../money/list-price';
import type { PricedVideo } from '../money/tariff';

/** What a vendor charges, and how it counts what it charges for. */
export interface VendorPrices {
  /** List prices by the provider's own id of a model. A model without one cannot be sold at a multiple of its cost. */
  models: Readonly<Record<string, ListPrice>>;
  /** Seconds that the videos among the inputs may have together, where that is priced; absent: they cost nothing. */
  inputSecondsMax?(model: string, video: PricedVideo): number;
  /** Tokens that the vendor will count for such a video; absent: it counts none. */
  tokensOf?(model: string, video: PricedVideo, inputSeconds: number): number;
}
