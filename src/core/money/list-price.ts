import type { Decimal } from './rates';
import type { TariffRow } from './tariff';

/** What a provider charges for a model, as a page of it tells: data that ages, so it says where and when it was read. */
export interface ListPrice {
  /** ISO 4217, such as `USD`. */
  currency: string;
  /** Money for one of the vendor's units, where the rows are in units. */
  perUnit?: Decimal;
  rows: readonly TariffRow[];
  /** The address of the page. */
  source: string;
  /** The day on which it was read: `2026-11-29`. */
  read: string;
  /** `vendor` = the vendor's own page; `second_hand` = somebody who quotes it; `guess` = ours. */
  certainty: 'vendor' | 'second_hand' | 'guess';
}
