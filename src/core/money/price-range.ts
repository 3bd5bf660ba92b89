import type { Decimal } from './rates';

/**
 * What the videos of a model cost, before anybody has said which. `job` = all the same; `second` = nothing but so much
 * for each second; `table` = more than that counts. Micro-points, of the cheapest and the dearest video on offer.
 */
export type PriceRange =
  | { unit: 'job'; from: bigint; to: bigint }
  | { unit: 'second'; perSecond: Decimal; from: bigint; to: bigint }
  | { unit: 'table'; from: bigint; to: bigint };
