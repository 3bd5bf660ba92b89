import type { Decimal } from '../../core/money/rates';
import type { ListPrice } from '../../core/money/list-price';
import type { TariffRow, When } from '../../core/money/tariff';
import type { VendorPrices } from '../../core/provider/vendor-prices';

/**
 * What Kling costs: units for each second of the video, by what is in it. The page names models and no wire, so both of a
 * model's ids have one price. A unit is $0.14 on the international host, less in larger packs; the ids are the same in
 * mainland China, where units are sold in yuan.
 *
 * It prices nothing by the length of a video that is given. Not in the rows: voices of one's own (`voice_list`), which make
 * a second of 2.6 cost 1.2 units in place of 1.0, as only Kling's own count shows.
 */

const KLING = {
  currency: 'USD',
  perUnit: '0.14',
  source: 'https://kling.ai/document-api/pricing/base/video',
  read: '2026-09-20',
  certainty: 'vendor',
} as const;

/** Units for a second in each resolution. */
type Units = Readonly<Partial<Record<'720p' | '1080p' | '4k', Decimal>>>;

const rows = (units: Units, when: When): TariffRow[] =>
  Object.entries(units).map(([resolution, perSecond]) => ({
    when: { ...when, resolutions: [resolution] },
    rates: { perSecond },
  }));

const silent = (units: Units): TariffRow[] => rows(units, { audio: false, inputVideo: false });
const sounding = (units: Units): TariffRow[] => rows(units, { audio: true, inputVideo: false });
/** Beside a video no model makes a sound of its own. */
const besideVideo = (units: Units): TariffRow[] => rows(units, { audio: false, inputVideo: true });

const listed = (...tables: readonly TariffRow[][]): ListPrice => ({
  ...KLING,
  rows: tables.flat(),
});

const turbo25 = listed(silent({ '720p': '0.3', '1080p': '0.5' }));
const kling26 = listed(silent({ '720p': '0.3', '1080p': '0.5' }), sounding({ '1080p': '1' }));
const klingO1 = listed(
  silent({ '720p': '0.6', '1080p': '0.8' }),
  besideVideo({ '720p': '0.9', '1080p': '1.2' }),
);
const kling3 = listed(
  silent({ '720p': '0.6', '1080p': '0.8', '4k': '3' }),
  sounding({ '720p': '0.9', '1080p': '1.2', '4k': '3' }),
);
const kling3Omni = listed(
  silent({ '720p': '0.6', '1080p': '0.8', '4k': '3' }),
  sounding({ '720p': '0.8', '1080p': '1', '4k': '3' }),
  besideVideo({ '720p': '0.9', '1080p': '1.2', '4k': '3' }),
);
const turbo3 = listed(sounding({ '720p': '0.8', '1080p': '1' }));

export const klingPrices: VendorPrices = {
  models: {
    'kling-v2-5-turbo': turbo25,
    'kling-v2-6': kling26,
    'kling-v3': kling3,
    'kling-video-o1': klingO1,
    'kling-v3-omni': kling3Omni,
    'kling-2.5-turbo': turbo25,
    'kling-2.6': kling26,
    'kling-3.0': kling3,
    'kling-3.0-omni': kling3Omni,
    'kling-3.0-turbo': turbo3,
    'kling-o1': klingO1,
  },
};
