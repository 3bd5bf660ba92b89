import { price } from '../../src/core/money/terms';
import type { Terms } from '../../src/core/money/terms';
import type { Quantities } from '../../src/core/money/rates';
import { ratesFor } from '../../src/core/money/tariff';
import type { PricedVideo, TariffRow } from '../../src/core/money/tariff';

const USED: Quantities = { seconds: 5, images: 0, inputSeconds: 0 };
const IN_POINTS: Omit<Terms, 'rates'> = { currency: 'points', times: [] };

const prices: [string, Terms, Partial<Quantities>, string, bigint | undefined][] = [
  ['a video', { ...IN_POINTS, rates: { perVideo: '25' } }, {}, '25', 25_000_000n],
  ['seconds', { ...IN_POINTS, rates: { perSecond: '0.1' } }, { seconds: 3 }, '0.3', 300_000n],
  [
    'everything together',
    {
      ...IN_POINTS,
      rates: { perVideo: '1', perSecond: '2', perImage: '0.5', freeImages: 2, perInputSecond: '3' },
    },
    { images: 5, inputSeconds: 4 },
    '24.5',
    24_500_000n,
  ],
  [
    "tokens in the vendor's money, with points for one of it, a margin and a group's factor",
    {
      rates: { perMillionTokens: '10.70' },
      currency: 'USD',
      times: [
        { of: 'points', factor: '100' },
        { of: 'margin', factor: '1.3' },
        { of: 'group', factor: '0.9' },
      ],
    },
    { tokens: 108_900 },
    '1.16523',
    136_331_910n,
  ],
  [
    "the vendor's units, and a sum that it reported in the place of ours",
    {
      rates: { perSecond: '0.6' },
      perUnit: '0.14',
      currency: 'USD',
      times: [{ of: 'points', factor: '100' }],
    },
    { sum: '1.8' },
    '0.252',
    25_200_000n,
  ],
  [
    'money whose worth in points nobody has said',
    { rates: { perSecond: '0.6' }, currency: 'USD', times: [{ of: 'margin', factor: '2' }] },
    {},
    '3',
    undefined,
  ],
  ['a minimum', { ...IN_POINTS, rates: { perSecond: '1' }, minimum: '7' }, {}, '5', 7_000_000n],
  [
    'steps',
    { ...IN_POINTS, rates: { perSecond: '2.04' }, roundTo: '0.5' },
    {},
    '10.2',
    10_500_000n,
  ],
  ['half a micro-point', { ...IN_POINTS, rates: { perVideo: '0.0000005' } }, {}, '0.0000005', 1n],
];

test.each(prices)('%s: the price is exact', (_name, terms, used, amount, points) => {
  const priced = price(terms, { ...USED, ...used });
  expect([priced.amount, priced.points]).toEqual([amount, points]);
});

test('a price for tokens of a video whose tokens nobody counts is an error and never nothing', () => {
  const terms: Terms = { ...IN_POINTS, rates: { perMillionTokens: '1' } };
  expect(() => price(terms, USED)).toThrow('whose tokens nobody counts');
});

test('a line says how much of what at how much each', () => {
  const { lines } = price({ ...IN_POINTS, rates: { perSecond: '0.6', perImage: '1' } }, USED);
  expect(lines).toEqual([{ of: 'second', quantity: '5', rate: '0.6', amount: '3' }]);
});

const VIDEO: PricedVideo = {
  ...{ mode: 'text', resolution: '720p', width: 1280, height: 720, fps: 24, audio: false },
  ...{ tier: 'default', seconds: 5, images: 0, videos: 0, audios: 0 },
};
const ROWS: TariffRow[] = [
  { when: { inputVideo: true }, rates: { perSecond: '1' } },
  { when: { resolutions: ['4k'], audio: true }, rates: { perSecond: '2' } },
  { when: { tiers: ['flex'], modes: ['text'] }, rates: { perSecond: '3' } },
  { when: { seconds: { min: 10 } }, rates: { perSecond: '4' } },
  { when: { fps: [24], resolutions: ['720p', '1080p'] }, rates: { perSecond: '5' } },
];

const rows: [Partial<PricedVideo>, string | undefined][] = [
  [{}, '5'],
  [{ videos: 1 }, '1'],
  [{ resolution: '4k', audio: true }, '2'],
  [{ tier: 'flex' }, '3'],
  [{ seconds: 10 }, '4'],
  [{ resolution: '4k' }, undefined],
];

test.each(rows)('%j is priced by the first row that is for it', (video, rate) => {
  expect(ratesFor(ROWS, { ...VIDEO, ...video })?.perSecond).toBe(rate);
});
