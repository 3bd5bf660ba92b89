import type { Decimal } from '../../core/money/rates';
import type { ListPrice } from '../../core/money/list-price';
import type { TariffRow } from '../../core/money/tariff';
import type { VendorPrices } from '../../core/provider/vendor-prices';

/**
 * What Replicate charges for official models: dollars for each second that was made. It tells the seconds and no sum, and the
 * pages of the models could not be read; these are the prices that people who pay them have written down.
 */

const QUOTED = { currency: 'USD', certainty: 'second_hand' } as const;

const second = (resolution: string, perSecond: Decimal, audio?: boolean): TariffRow => ({
  when: { resolutions: [resolution], audio },
  rates: { perSecond },
});

const models: Readonly<Record<string, ListPrice>> = {
  'google/veo-3.1': {
    ...QUOTED,
    source: 'https://replicate.com/google/veo-3.1',
    read: '2026-11-29',
    rows: ['720p', '1080p'].flatMap((resolution) => [
      second(resolution, '0.2', false),
      second(resolution, '0.4', true),
    ]),
  },
  'kwaivgi/kling-v3-video': {
    ...QUOTED,
    source: 'https://replicate.com/kwaivgi/kling-v3-video',
    read: '2026-11-29',
    rows: [
      second('720p', '0.084', false),
      second('720p', '0.126', true),
      second('1080p', '0.112', false),
      second('1080p', '0.168', true),
    ],
  },
  'bytedance/seedance-1-pro': {
    ...QUOTED,
    source: 'https://replicate.com/bytedance/seedance-1-pro',
    read: '2026-11-29',
    rows: [second('480p', '0.03'), second('720p', '0.06'), second('1080p', '0.15')],
  },
};

export const replicatePrices: VendorPrices = { models };
