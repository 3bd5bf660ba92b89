import type { Decimal } from '../../core/money/rates';
import type { ListPrice } from '../../core/money/list-price';
import type { VendorPrices } from '../../core/provider/vendor-prices';

/**
 * What OpenAI took for its two models until it switched them off: who resells them still quotes it. Nobody has a list price
 * for a server of the operator's own, or for another gateway's.
 */
const OPENAI = {
  currency: 'USD',
  source: 'https://platform.openai.com/docs/pricing',
  read: '2026-11-21',
  certainty: 'second_hand',
} as const;

/** Dollars for a second in each resolution. */
const listed = (seconds: Readonly<Record<string, Decimal>>): ListPrice => ({
  ...OPENAI,
  rows: Object.entries(seconds).map(([resolution, perSecond]) => ({
    when: { resolutions: [resolution] },
    rates: { perSecond },
  })),
});

export const openaiPrices: VendorPrices = {
  models: {
    'sora-2': listed({ '720p': '0.1' }),
    'sora-2-pro': listed({ '720p': '0.3', '1024p': '0.5', '1080p': '0.7' }),
  },
};
