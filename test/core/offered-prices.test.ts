import { askedFor, kindsOf } from '../../src/core/catalog/price-of';
import { priceRangeOf } from '../../src/core/catalog/price-range';
import type { RoutedModel } from '../../src/core/catalog/catalog';
import { linesInPoints } from '../../src/core/money/lines-in-points';
import { NO_PRICE_RULES } from '../../src/core/money/model-price';
import type { ModelPrice, PriceRules } from '../../src/core/money/model-price';
import { offeredVideos } from '../../src/core/money/offered-videos';
import { pricedVideo } from '../../src/core/money/priced-video';
import type { PricedVideo } from '../../src/core/money/tariff';
import { price as priceOf } from '../../src/core/money/terms';
import { parsePoints } from '../../src/core/money/pricing';
import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import type { VideoRequest } from '../../src/core/request/request';
import { providers } from '../../src/providers';
import { PRICED_MODELS } from '../support/living-models';

/** What a request is priced by, and what is said of a price before there is a request. */

const ark = providers['ark'];
const kling = providers['kling'];
const SEEDANCE = 'dreamina-seedance-2-0-260128';
const KLING = 'kling-v3';
if (!ark || !kling) throw new Error('a provider is missing');

const RULES: PriceRules = {
  ...NO_PRICE_RULES,
  pointsPer: { USD: '100' },
  groupTimes: { vip: '0.5' },
};

function routed(provider: typeof ark, model: string, price: ModelPrice): RoutedModel {
  const capabilities = provider?.models[model];
  const route = { provider, model, capabilities };
  // The two parts that prices are read from.
  return { entry: { name: 'm', price }, routes: [route] } as unknown as RoutedModel;
}

const request = (change: Partial<VideoRequest>): VideoRequest => ({
  ...{ model: 'm', prompt: 'a boat', inputs: [], passthrough: {}, ...change },
});

function asked(provider: typeof ark, model: string, change: Partial<VideoRequest>) {
  const capabilities = provider?.models[model];
  if (!capabilities) throw new Error(`no model ${model}`);
  return pricedVideo(applyCapabilities(request(change), capabilities), capabilities);
}

const video = { role: 'reference_video' as const, media: { url: 'https://a.example/v.mp4' } };
const picture = { role: 'first_frame' as const, media: { url: 'https://a.example/p.png' } };

test('a length that is left to the model counts as the longest of the mode', () => {
  expect(asked(ark, SEEDANCE, { seconds: -1 }).seconds).toBe(15);
  expect(asked(ark, SEEDANCE, { seconds: 5 }).seconds).toBe(5);
});

test('a shape that is left to the model counts as the largest of its resolution', () => {
  const { width, height } = asked(ark, SEEDANCE, { aspectRatio: 'adaptive', inputs: [picture] });
  const sizes = Object.values(ark?.models[SEEDANCE]?.sizes['720p'] ?? {});
  expect(width * height).toBe(Math.max(...sizes.map(([across, down]) => across * down)));
});

test('sound that the provider makes by its own default is priced as sound', () => {
  const by = ark?.models[SEEDANCE]?.audioDefault;
  expect([by, asked(ark, SEEDANCE, {}).audio]).toEqual([true, true]);
  expect(asked(ark, SEEDANCE, { generateAudio: false }).audio).toBe(false);
});

test('inputs are counted by their kind', () => {
  expect(asked(ark, SEEDANCE, { inputs: [video] })).toMatchObject({ videos: 1, images: 0 });
  expect(asked(ark, SEEDANCE, { inputs: [picture] })).toMatchObject({ videos: 0, images: 1 });
});

test('every kind of video that a model offers is listed, and no sound where there is none', () => {
  const videos = offeredVideos(kling?.models['kling-v2-6'] ?? fail());
  expect(videos.some(({ resolution, audio }) => resolution === '1080p' && audio)).toBe(true);
  expect(videos.some(({ resolution, audio }) => resolution === '720p' && audio)).toBe(false);
  expect(new Set(videos.map(({ mode }) => mode)).size).toBe(
    Object.keys(kling?.models['kling-v2-6']?.modes ?? {}).length,
  );
});

function fail(): never {
  throw new Error('the model is missing');
}

const ranges: [string, ModelPrice, object][] = [
  [
    'one for each video',
    { rows: [{ rates: { perVideo: '25' } }] },
    { unit: 'job', from: parsePoints('25'), to: parsePoints('25') },
  ],
  ['none', { free: true }, { unit: 'job', from: 0n, to: 0n }],
  [
    'for each second',
    { rows: [{ rates: { perSecond: '2' } }] },
    { unit: 'second', perSecond: '2', from: parsePoints('6'), to: parsePoints('30') },
  ],
  [
    'for each second, with a minimum',
    { rows: [{ rates: { perSecond: '2' } }], minimum: '10' },
    { unit: 'table', from: parsePoints('10'), to: parsePoints('30') },
  ],
  [
    'by rows',
    {
      rows: [
        { when: { resolutions: ['4k'] }, rates: { perSecond: '9' } },
        { rates: { perSecond: '2' } },
      ],
    },
    { unit: 'table', from: parsePoints('6'), to: parsePoints('135') },
  ],
  [
    'of the list price: 3 s of 0.6 units and 15 s of 3 units, each $0.14',
    { costTimes: '2' },
    { unit: 'table', from: parsePoints('50.4'), to: parsePoints('1260') },
  ],
];

test.each(ranges)(
  'a price %s is told by its cheapest and its dearest video',
  (_name, price, range) => {
    const model = routed(kling, KLING, price);
    expect(priceRangeOf(model, { group: 'default', rules: RULES })).toEqual(range);
  },
);

/** Rows that tell videos apart by all that rows may ask, and are not for every one. */
const PICKY: ModelPrice = {
  rows: [
    { when: { inputVideo: true }, rates: { perVideo: '3', perInputSecond: '1' } },
    { when: { resolutions: ['4k', '1080p'], audio: true }, rates: { perSecond: '9' } },
    { when: { seconds: { max: 6 } }, rates: { perVideo: '2' } },
    { when: { modes: ['text', 'reference'], tiers: ['default'] }, rates: { perSecond: '1.5' } },
  ],
};

test.each(PRICED_MODELS)(
  'no price of a video of $model is missed where one video of each kind is priced',
  ({ provider, model, capabilities }) => {
    const videos = offeredVideos(capabilities);
    const route = { provider, model };
    for (const price of [PICKY, { costTimes: '1.3' }, { free: true } as const]) {
      const told = (video: PricedVideo): string =>
        JSON.stringify(askedFor(route, video, { price, group: 'vip', rules: RULES })) ?? 'none';
      const kinds = kindsOf(route, videos, price);
      expect(new Set(kinds.map(told))).toEqual(new Set(videos.map(told)));
      expect(kinds.length).toBeLessThanOrEqual(videos.length);
      expect(kinds[0]).toBe(videos[0]);
    }
  },
);

test('a group pays its share, and its range says so', () => {
  const model = routed(kling, KLING, { rows: [{ rates: { perSecond: '2' } }] });
  expect(priceRangeOf(model, { group: 'vip', rules: RULES })).toEqual({
    ...{ unit: 'second', perSecond: '1', from: parsePoints('3'), to: parsePoints('15') },
  });
});

const lines: [string, ModelPrice, group: string][] = [
  ['of a table', { rows: [{ rates: { perVideo: '1', perSecond: '2.5' } }] }, 'default'],
  ['with a minimum', { rows: [{ rates: { perSecond: '0.01' } }], minimum: '7' }, 'default'],
  ['in steps, for a group', { costTimes: '1.3', roundTo: '0.5' }, 'vip'],
];

test.each(lines)('the lines of a price %s add up to it, in points', (_name, price, group) => {
  for (const [provider, model] of [
    [ark, SEEDANCE],
    [kling, KLING],
  ] as const) {
    const route = { provider: provider ?? fail(), model };
    const frozen = askedFor(route, asked(provider, model, {}), { price, group, rules: RULES });
    if (!frozen) throw new Error('it has no price');
    const points = priceOf(frozen.terms, frozen.used).points ?? fail();
    for (const told of [points, points + 1n, points * 2n]) {
      const lines = linesInPoints(frozen, told);
      const sum = lines.reduce((all, { amount }) => all + Number(amount), 0);
      expect(BigInt(Math.round(sum * 1e6))).toBe(told);
    }
  }
});
