import type { Decimal } from '../../core/money/rates';
import type { ListPrice } from '../../core/money/list-price';
import type { TariffRow, When } from '../../core/money/tariff';
import type { VendorPrices } from '../../core/provider/vendor-prices';

/**
 * What Runway charges: credits for each second of the video, a cent each. Of its own models the vendor's own repository says
 * it; of the others the page of prices, as people who read it in autumn 2026 have written it down.
 */

const CREDITS = { currency: 'USD', perUnit: '0.01', read: '2026-11-30' } as const;

const own = (rows: readonly TariffRow[]): ListPrice => ({
  ...CREDITS,
  source: 'https://github.com/runwayml/skills/blob/main/skills/rw-api-reference/SKILL.md',
  certainty: 'vendor',
  rows,
});

const quoted = (rows: readonly TariffRow[]): ListPrice => ({
  ...CREDITS,
  source: 'https://docs.dev.runwayml.com/guides/pricing/',
  certainty: 'second_hand',
  rows,
});

const second = (perSecond: Decimal, when?: When): TariffRow => ({ when, rates: { perSecond } });

/** The page tells no resolutions of Veo. */
const veo = (silent: Decimal, sounding: Decimal): ListPrice =>
  quoted([second(silent, { audio: false }), second(sounding, { audio: true })]);

export const runwayPrices: VendorPrices = {
  models: {
    'gen4.5': own([second('12')]),
    gen4_turbo: own([second('5')]),
    'veo3.1': veo('20', '40'),
    'veo3.1_fast': veo('10', '15'),
    seedance2: quoted([
      second('36', { resolutions: ['480p', '720p'] }),
      second('40', { resolutions: ['1080p'] }),
    ]),
  },
};
