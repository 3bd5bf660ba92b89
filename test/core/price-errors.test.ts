import { createCatalog } from '../../src/core/catalog/catalog';
import type { Channel } from '../../src/core/catalog/catalog';
import type { Offered } from '../../src/core/catalog/narrow';
import type { ListPrice } from '../../src/core/money/list-price';
import { NO_PRICE_RULES } from '../../src/core/money/model-price';
import type { ModelPrice } from '../../src/core/money/model-price';
import type { Provider } from '../../src/core/provider/provider';
import type { VendorPrices } from '../../src/core/provider/vendor-prices';
import type { Capabilities, Lengths } from '../../src/core/request/capabilities';

/** A model is sold only where each video that it offers has a price: a start names the first that has none. */

const CAPABILITIES: Partial<Capabilities> = {
  modes: {
    text: { aspectRatioDefault: '16:9', images: 0, videos: 0, audios: 0 },
    reference: { aspectRatioDefault: '16:9', images: 2, videos: 1, audios: 0 },
  },
  ...{ fps: 24, audio: true, serviceTiers: ['default'], aspectRatios: ['16:9'] },
  ...{ resolutions: ['720p', '4k'], sizes: { '720p': { '16:9': [1280, 720] } } },
};

const CHANNEL: Channel = {
  ...{ name: 'mine', provider: 'paper', baseUrl: 'http://127.0.0.1:9', credentials: {} },
  ...{ resultOrigins: [], simulated: true },
};

const LIST: ListPrice = {
  ...{ currency: 'USD', source: 'https://a.example', read: '2026-11-29', certainty: 'guess' },
  rows: [{ when: { inputVideo: false }, rates: { perSecond: '0.1' } }],
};
const NO_LIST: VendorPrices = { models: {} };
const LISTED: VendorPrices = { models: { 'paper-1': LIST } };
const COUNTED: VendorPrices = { models: {}, tokensOf: () => 1, inputSecondsMax: () => 9 };

const SECONDS: ModelPrice = { rows: [{ rates: { perSecond: '1' } }] };
const AT = 'models.clip.price';

const refused: [string, VendorPrices | undefined, ModelPrice, string][] = [
  [
    'a multiple of a list price that nobody has written',
    NO_LIST,
    { costTimes: '2' },
    `${AT}.costTimes: nobody has written a list price of "paper-1" (channel "mine"): write rates, such as {"perSecond": "5"}`,
  ],
  [
    'a multiple of the prices of a provider of which nothing is known',
    undefined,
    { costTimes: '2' },
    `${AT}.costTimes: nobody has written a list price`,
  ],
  [
    'a list price without a row for a video',
    LISTED,
    { costTimes: '2' },
    `${AT}.costTimes: takes the list price of "paper-1", which has none for 4 s in 720p without sound from a video: take it out by "offers"`,
  ],
  [
    'rows without one for a video',
    NO_LIST,
    { rows: [{ when: { resolutions: ['720p'] }, rates: { perSecond: '1' } }] },
    `${AT}.rows: has no row for 4 s in 4k without sound from text, which is offered`,
  ],
  [
    'rows that end before the longest video',
    NO_LIST,
    { rows: [{ when: { seconds: { max: 4 } }, rates: { perSecond: '1' } }] },
    `${AT}.rows: has no row for 5 s in 720p without sound from text`,
  ],
  [
    'rows without one for sound',
    NO_LIST,
    { rows: [{ when: { audio: false }, rates: { perSecond: '1' } }] },
    `${AT}.rows: has no row for 4 s in 720p with sound from text`,
  ],
  [
    'a rate for tokens that nobody counts',
    NO_LIST,
    { rows: [{ rates: { perMillionTokens: '1' } }] },
    `${AT}: has "perMillionTokens", and provider "paper" counts none`,
  ],
  [
    'a rate for seconds of videos that nobody bounds',
    NO_LIST,
    { rows: [{ rates: { perInputSecond: '1' } }] },
    `${AT}: has "perInputSecond", and nobody has written how many seconds`,
  ],
];

interface Change {
  seconds?: Lengths;
  offers?: Offered;
  groups?: readonly string[];
  groupTimes?: Record<string, string>;
}

function catalogOf(prices: VendorPrices | undefined, price: ModelPrice, change: Change = {}) {
  const { seconds = { min: 4, max: 5, default: 4 }, offers, groups = ['default'] } = change;
  // The parts of a provider that a catalog reads.
  const models = { 'paper-1': { ...CAPABILITIES, seconds } };
  const provider = { name: 'paper', models, ...(prices ? { prices } : {}) } as unknown as Provider;
  return createCatalog({
    models: [
      {
        ...{ name: 'clip', aliases: [], groups, price, ...(offers ? { offers } : {}) },
        channels: [{ channel: 'mine', model: 'paper-1' }],
      },
    ],
    ...{ channels: [CHANNEL], providers: { paper: provider }, now: Date.now },
    rules: { ...NO_PRICE_RULES, pointsPer: { USD: '100' }, groupTimes: change.groupTimes ?? {} },
  });
}

test.each(refused)('%s stops the start', (_name, prices, price, sentence) => {
  expect(() => catalogOf(prices, price)).toThrow(sentence);
});

const taken: [string, VendorPrices | undefined, ModelPrice][] = [
  ['seconds, of whatever provider', undefined, SECONDS],
  ['nothing at all', undefined, { free: true }],
  [
    'tokens and seconds of inputs that are counted',
    COUNTED,
    { rows: [{ rates: { perMillionTokens: '1', perInputSecond: '1' } }] },
  ],
];

test.each(taken)('a price of %s is taken', (_name, prices, price) => {
  expect(catalogOf(prices, price).list({ group: 'default', models: null })).toHaveLength(1);
});

const OPEN: Lengths = { min: 4, max: 5, default: 4, auto: true };
const LEFT_BY_BODIES: Lengths = { min: 4, max: 5, default: 4, unsaid: -1 };
const SHORT_IS_DEARER: ModelPrice = {
  rows: [
    { when: { seconds: { max: 4 } }, rates: { perVideo: '50' } },
    { rates: { perSecond: '2' } },
  ],
};
const BY_LENGTH = `${AT}.rows: has other rates for 4 s in 720p without sound from text than for 5 s, and callers may leave the length to the model (-1), which no rates by length can price: write the same rates for all lengths, or name the lengths, such as "offers": {"seconds": {"max": 5}}, which takes -1 away`;

test('rates by length stop the start where a length may be left to the model, by a request or a body', () => {
  for (const seconds of [OPEN, LEFT_BY_BODIES]) {
    expect(() => catalogOf(NO_LIST, SHORT_IS_DEARER, { seconds })).toThrow(BY_LENGTH);
  }
  const rows = [{ when: { seconds: { max: 4 } }, rates: { perSecond: '1' } }, ...LIST.rows];
  const text = 'costTimes: has other rates for 4 s in 720p without sound from text than for 5 s';
  const whole = { when: { inputVideo: true }, rates: { perSecond: '1' } };
  const listed = { models: { 'paper-1': { ...LIST, rows: [...rows, whole] } } };
  expect(() => catalogOf(listed, { costTimes: '2' }, { seconds: OPEN })).toThrow(text);
});

const chosen: [string, ModelPrice, Change][] = [
  ['a length is always chosen', SHORT_IS_DEARER, {}],
  ['the lengths are named', SHORT_IS_DEARER, { seconds: OPEN, offers: { seconds: { max: 5 } } }],
  [
    'the lengths are named, for bodies that leave it',
    SHORT_IS_DEARER,
    { seconds: LEFT_BY_BODIES, offers: { seconds: [4, 5] } },
  ],
  [
    'all that are offered meet the same rates',
    { rows: [{ when: { seconds: { min: 3 } }, rates: { perSecond: '2' } }] },
    { seconds: OPEN },
  ],
];

test.each(chosen)('rates by length are taken where %s', (_name, price, change) => {
  expect(catalogOf(NO_LIST, price, change).list({ group: 'default', models: null })).toHaveLength(
    1,
  );
});

test('a price that rounds to nothing in a group stops the start, and one that no caller of the model pays does not', () => {
  const price: ModelPrice = { rows: [{ rates: { perVideo: '0.000001' } }] };
  const groupTimes = { partners: '0.4' };
  const sold = { groups: ['default', 'partners'], groupTimes };
  expect(() => catalogOf(NO_LIST, price, sold)).toThrow(
    `${AT}: sells 4 s in 720p without sound from text to group "partners" for nothing: add "perVideo" or "minimum", or write {"free": true}`,
  );
  expect(() => catalogOf(NO_LIST, { ...price, minimum: '1' }, sold)).not.toThrow();
  expect(() => catalogOf(NO_LIST, price, { groupTimes })).not.toThrow();
});
