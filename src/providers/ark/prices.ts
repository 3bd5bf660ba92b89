import type { Decimal } from '../../core/money/rates';
import type { ListPrice } from '../../core/money/list-price';
import type { TariffRow } from '../../core/money/tariff';
import type { VendorPrices } from '../../core/provider/vendor-prices';
import { inputSecondsMax, tokensOf } from './tokens';

/**
 * What Seedance costs: a million tokens, in yuan on Volcengine (ids with `doubao-`) and in dollars on BytePlus (all other
 * ids). These are list prices; what the vendor takes off for a time (2.5 in September 2026, for one) is not in them.
 */

/** The pages of prices of both hosts (docs 82379/1544106), as copies of them and who quotes them have it. */
const BYTEPLUS = { currency: 'USD', source: 'https://docs.byteplus.com/en/docs/ModelArk/1544106' };
const VOLCENGINE = { currency: 'CNY', source: 'https://www.volcengine.com/docs/82379/1544106' };

/** The models from 2.0 on cost less for each token where a video is among the inputs, whose seconds count too. */
function byInput(
  resolutions: readonly string[],
  without: Decimal,
  withVideo: Decimal,
): readonly TariffRow[] {
  return [
    { when: { resolutions, inputVideo: false }, rates: { perMillionTokens: without } },
    { when: { resolutions, inputVideo: true }, rates: { perMillionTokens: withVideo } },
  ];
}

/** The 1.x models make a video offline, in the tier `flex`, for half the price. */
function byTier(online: Decimal, offline: Decimal, audio?: boolean): readonly TariffRow[] {
  return [
    { when: { tiers: ['default'], audio }, rates: { perMillionTokens: online } },
    { when: { tiers: ['flex'], audio }, rates: { perMillionTokens: offline } },
  ];
}

const SMALL = ['480p', '720p'];

const byteplus20 = [
  ...byInput(SMALL, '7', '4.3'),
  ...byInput(['1080p'], '7.7', '4.7'),
  ...byInput(['4k'], '4', '2.4'),
];
const byteplus25 = [...byInput(SMALL, '10.7', '6.4'), ...byInput(['1080p'], '11.7', '7')];

const volcengine20 = [
  ...byInput(SMALL, '46', '28'),
  ...byInput(['1080p'], '51', '31'),
  ...byInput(['4k'], '26', '16'),
];
const volcengine25 = [...byInput(SMALL, '70', '42'), ...byInput(['1080p'], '77', '46')];

type Reading = Pick<ListPrice, 'read' | 'certainty'>;

const dollars = (rows: readonly TariffRow[], reading: Reading): ListPrice => ({
  ...BYTEPLUS,
  ...reading,
  rows,
});
const yuan = (rows: readonly TariffRow[], reading: Reading): ListPrice => ({
  ...VOLCENGINE,
  ...reading,
  rows,
});

/** A copy of the page of BytePlus, whose every example was recalculated by a third party on that day. */
const COPIED: Reading = { read: '2026-09-09', certainty: 'vendor' };
/** 2.5 came to the page after the copy; two third parties quote the same prices from it. */
const QUOTED: Reading = { read: '2026-09-30', certainty: 'second_hand' };
/** A copy of the page of Volcengine. */
const COPIED_2025: Reading = { read: '2025-12-19', certainty: 'vendor' };
const QUOTED_IN_CHINA: Reading = { read: '2026-09-19', certainty: 'second_hand' };
/** The prices online are what a client shows its users; that offline is half of it, somebody quotes from the page. */
const PIECED_TOGETHER: Reading = { read: '2026-11-29', certainty: 'second_hand' };

const models: Readonly<Record<string, ListPrice>> = {
  'doubao-seedance-1-0-pro-250528': yuan(byTier('15', '7.5'), COPIED_2025),
  'doubao-seedance-1-0-pro-fast-251015': yuan(byTier('4.2', '2.1'), COPIED_2025),
  'doubao-seedance-1-5-pro-251215': yuan(
    [...byTier('16', '8', true), ...byTier('8', '4', false)],
    PIECED_TOGETHER,
  ),
  'doubao-seedance-2-0-260128': yuan(volcengine20, QUOTED_IN_CHINA),
  'doubao-seedance-2-0-fast-260128': yuan(byInput(SMALL, '37', '22'), QUOTED_IN_CHINA),
  'doubao-seedance-2-0-mini-260615': yuan(byInput(SMALL, '23', '14'), QUOTED_IN_CHINA),
  'doubao-seedance-2-5-260628': yuan(volcengine25, QUOTED_IN_CHINA),
  'seedance-1-0-pro-250528': dollars(byTier('2.5', '1.25'), COPIED),
  'seedance-1-0-pro-fast-251015': dollars(byTier('1', '0.5'), COPIED),
  'seedance-1-5-pro-251215': dollars(
    [...byTier('2.4', '1.2', true), ...byTier('1.2', '0.6', false)],
    COPIED,
  ),
  'dreamina-seedance-2-0-260128': dollars(byteplus20, COPIED),
  'dreamina-seedance-2-0-fast-260128': dollars(byInput(SMALL, '5.6', '3.3'), COPIED),
  'dreamina-seedance-2-0-mini-260615': dollars(byInput(SMALL, '3.5', '2.1'), COPIED),
  'dreamina-seedance-2-5-260628': dollars(byteplus25, QUOTED),
};

export const arkPrices: VendorPrices = { models, inputSecondsMax, tokensOf };
