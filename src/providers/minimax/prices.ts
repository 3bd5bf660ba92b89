import type { Decimal, Rates } from '../../core/money/rates';
import type { ListPrice } from '../../core/money/list-price';
import type { TariffRow } from '../../core/money/tariff';
import type { VendorPrices } from '../../core/provider/vendor-prices';

/**
 * What MiniMax costs on its international host, in dollars. The mainland host has the same ids and prices in yuan, which are
 * not here. A Hailuo costs by the video; H3 by the second, the seconds of videos among its inputs too.
 */

const SOURCE = 'https://platform.minimax.io/docs/guides/pricing-paygo';

type Reading = Pick<ListPrice, 'read' | 'certainty'>;

/** A copy of the page of late 2025; who quotes it in autumn 2026 has the same. */
const HAILUO: Reading = { read: '2026-11-21', certainty: 'second_hand' };
/** Two resellers quote it beside their own price. */
const H3: Reading = { read: '2026-10-24', certainty: 'second_hand' };
/** One client's table of prices. */
const H3_MAX: Reading = { read: '2026-11-21', certainty: 'second_hand' };

const dollars = (rows: readonly TariffRow[], reading: Reading): ListPrice => ({
  currency: 'USD',
  source: SOURCE,
  ...reading,
  rows,
});

const bySecond = (resolution: string, rates: Rates): TariffRow => ({
  when: { resolutions: [resolution] },
  rates,
});

/** Five pictures are free, and a second that is looked at costs what a second that is made does. */
const h3Row = (resolution: string, perSecond: Decimal): TariffRow =>
  bySecond(resolution, { perSecond, perImage: '0.04', freeImages: 5, perInputSecond: perSecond });

const byVideo = (resolution: string, seconds: number, perVideo: Decimal): TariffRow => ({
  when: { resolutions: [resolution], seconds: { min: seconds, max: seconds } },
  rates: { perVideo },
});

const hailuo = [
  byVideo('768p', 6, '0.28'),
  byVideo('768p', 10, '0.56'),
  byVideo('1080p', 6, '0.49'),
];

/**
 * All reference videos together have fifteen seconds at most. A reseller counts each up to its next whole second, so that three
 * come to seventeen; whether MiniMax does is not told [?], and what is held is billed by its own count.
 */
const INPUT_SECONDS_MAX = 15;

export const minimaxPrices: VendorPrices = {
  models: {
    'MiniMax-H3': dollars([h3Row('768p', '0.08'), h3Row('2k', '0.13')], H3),
    'MiniMax-H3-Max': dollars(
      [bySecond('480p', { perSecond: '0.05' }), bySecond('768p', { perSecond: '0.08' })],
      H3_MAX,
    ),
    'MiniMax-Hailuo-2.3': dollars(hailuo, HAILUO),
    'MiniMax-Hailuo-2.3-Fast': dollars(
      [byVideo('768p', 6, '0.19'), byVideo('768p', 10, '0.32'), byVideo('1080p', 6, '0.33')],
      HAILUO,
    ),
    'MiniMax-Hailuo-02': dollars(
      [...hailuo, byVideo('512p', 6, '0.1'), byVideo('512p', 10, '0.15')],
      HAILUO,
    ),
  },
  inputSecondsMax: (_, { videos }) => (videos > 0 ? INPUT_SECONDS_MAX + videos - 1 : 0),
};
