import type { Decimal } from '../../core/money/rates';
import type { ListPrice } from '../../core/money/list-price';
import type { TariffRow } from '../../core/money/tariff';
import type { VendorPrices } from '../../core/provider/vendor-prices';
import { tokensOf } from './tokens';

/**
 * What Google's living models cost. Omni is billed by the tokens of its video, and of each picture that it is given (1,120
 * at $1.50 a million); Veo by the second, less without sound. Not in the rows: what Omni says in words, and the prompt, each a
 * small part of a cent.
 */

const VERTEX = {
  currency: 'USD',
  source: 'https://cloud.google.com/vertex-ai/generative-ai/pricing',
  read: '2026-11-29',
  certainty: 'second_hand',
} as const;

/** Dollars for a second in each resolution. */
type Seconds = Readonly<Record<'720p' | '1080p' | '4k', Decimal>>;

const rows = (seconds: Seconds, audio: boolean): TariffRow[] =>
  Object.entries(seconds).map(([resolution, perSecond]) => ({
    when: { resolutions: [resolution], audio },
    rates: { perSecond },
  }));

const veo = (silent: Seconds, sounding: Seconds): ListPrice => ({
  ...VERTEX,
  rows: [...rows(silent, false), ...rows(sounding, true)],
});

export const googlePrices: VendorPrices = {
  models: {
    'gemini-omni-1.1-flash': {
      ...VERTEX,
      source: 'https://ai.google.dev/gemini-api/docs/pricing',
      rows: [{ rates: { perMillionTokens: '17.5', perImage: '0.00168' } }],
    },
    'veo-3.1-generate-001': veo(
      { '720p': '0.2', '1080p': '0.2', '4k': '0.4' },
      { '720p': '0.4', '1080p': '0.4', '4k': '0.6' },
    ),
    'veo-3.1-fast-generate-001': veo(
      { '720p': '0.08', '1080p': '0.1', '4k': '0.25' },
      { '720p': '0.1', '1080p': '0.12', '4k': '0.3' },
    ),
  },
  tokensOf,
};
