import type { Decimal } from '../../core/money/rates';
import type { ListPrice } from '../../core/money/list-price';
import type { PricedVideo, TariffRow } from '../../core/money/tariff';
import type { VendorPrices } from '../../core/provider/vendor-prices';

/**
 * What fal charges, from the pages of the endpoints. With each result it tells the units that it bills. Seedance's unit is a
 * thousand tokens, as its page says; what a unit of the others is worth only an account is told, so theirs bill nothing here
 * and are shown.
 */

const READ = { currency: 'USD', read: '2026-11-29', certainty: 'vendor' } as const;

const page = (endpoint: string): string => `https://fal.ai/models/${endpoint}/llms.txt`;

/** Dollars for a second in each resolution, without and with sound. */
type Seconds = Readonly<Record<string, readonly [silent: Decimal, sounding: Decimal]>>;

const bySound = (seconds: Seconds): TariffRow[] =>
  Object.entries(seconds).flatMap(([resolution, [silent, sounding]]) => [
    { when: { resolutions: [resolution], audio: false }, rates: { perSecond: silent } },
    { when: { resolutions: [resolution], audio: true }, rates: { perSecond: sounding } },
  ]);

const tokens = (endpoint: string, perThousand: Decimal): ListPrice => ({
  ...READ,
  source: page(endpoint),
  perUnit: perThousand,
  rows: [{ rates: { perMillionTokens: '1000' } }],
});

const models: Readonly<Record<string, ListPrice>> = {
  'fal-ai/veo3.1': {
    ...READ,
    source: page('fal-ai/veo3.1'),
    rows: bySound({ '720p': ['0.2', '0.4'], '1080p': ['0.2', '0.4'], '4k': ['0.4', '0.6'] }),
  },
  'fal-ai/veo3.1/fast': {
    ...READ,
    source: page('fal-ai/veo3.1/fast/first-last-frame-to-video'),
    rows: bySound({ '720p': ['0.1', '0.15'], '1080p': ['0.1', '0.15'], '4k': ['0.3', '0.35'] }),
  },
  // 720p has a page of its own. For 1080p an older page has twice of what the playground tells; that of 4k was read for the
  // sister model alone, whose price is the maker's own for both.
  'fal-ai/kling-video/v3': {
    ...READ,
    source: page('fal-ai/kling-video/v3/standard/text-to-video'),
    certainty: 'second_hand',
    rows: bySound({
      '720p': ['0.084', '0.126'],
      '1080p': ['0.112', '0.168'],
      '4k': ['0.42', '0.42'],
    }),
  },
  'bytedance/seedance-2.0': tokens('bytedance/seedance-2.0/reference-to-video', '0.014'),
  'bytedance/seedance-2.0/fast': tokens('bytedance/seedance-2.0/fast/text-to-video', '0.0112'),
};

const PIXELS_PER_TOKEN = 1_024;

/**
 * Returns the tokens of a video of Seedance's. The page has seconds x pixels x 24 / 1024; the prices for a second that stand
 * beside it have one frame more in each video, as its maker counts.
 */
function tokensOf(_model: string, { seconds, fps, width, height }: PricedVideo): number {
  return Math.floor(((seconds * fps + 1) * width * height) / PIXELS_PER_TOKEN);
}

export const falPrices: VendorPrices = { models, tokensOf };
