import type { AppliedRequest } from '../../src/core/request/request';
import { createQuotes } from '../../src/gateway';
import type { QuoteSubject } from '../../src/gateway/quotes';

/** A quote binds one price to one request of one workspace for a while, and nobody else can write one. */

const applied: AppliedRequest = {
  mode: 'text',
  prompt: 'a paper boat',
  inputs: [],
  seconds: 5,
  resolution: '720p',
  aspectRatio: '16:9',
  fps: 24,
  passthrough: { style: 'ink', camera_control: { type: 'simple', zoom: 1 } },
};
const subject: QuoteSubject = {
  principal: { workspaceId: 'ws_1', group: 'default' },
  model: 'clip-1',
  applied,
};

let clock = 1_000_000;
const quotes = createQuotes({ secret: 'one', lifetimeMs: 900_000, now: () => clock });
const PRICE = 25_500_000n;
const redeem = (id: string, change: Partial<QuoteSubject> = {}): bigint =>
  quotes.redeem({ id, param: 'quoteId' }, { ...subject, ...change });

beforeEach(() => {
  clock = 1_000_000;
});

test('gives its own price back for the same request, as often as it is asked', () => {
  const { id, expiresAt } = quotes.issue(subject, PRICE);
  expect(expiresAt).toBe(1_900_000);
  expect([redeem(id), redeem(id)]).toEqual([PRICE, PRICE]);
});

test('knows the request again when vendor keys come in another order', () => {
  const { id } = quotes.issue(subject, PRICE);
  const passthrough = { camera_control: { zoom: 1, type: 'simple' }, style: 'ink' };
  expect(redeem(id, { applied: { ...applied, passthrough } })).toBe(PRICE);
});

test.each<[string, Partial<QuoteSubject>]>([
  ['prompt', { applied: { ...applied, prompt: 'another' } }],
  ['length', { applied: { ...applied, seconds: 8 } }],
  ['vendor key', { applied: { ...applied, passthrough: { style: 'oil' } } }],
  ['model', { model: 'clip-2' }],
  [
    'input',
    { applied: { ...applied, inputs: [{ role: 'first_frame', media: { url: 'https://a.b/c' } }] } },
  ],
])('is a 409 for a request with another %s', (_, change) => {
  const { id } = quotes.issue(subject, PRICE);
  expect(() => redeem(id, change)).toThrow(
    expect.objectContaining({
      status: 409,
      param: 'quoteId',
      message: 'quoteId: was given for another request; ask for a quote for this one.',
    }),
  );
});

test('is a 409 from the end of its life on', () => {
  const { id, expiresAt } = quotes.issue(subject, PRICE);
  clock = expiresAt - 1;
  expect(redeem(id)).toBe(PRICE);
  clock = expiresAt;
  expect(() => redeem(id)).toThrow(
    expect.objectContaining({ status: 409, message: expect.stringContaining('has expired') }),
  );
});

describe('is no quote at all', () => {
  const { id } = quotes.issue(subject, PRICE);
  const [, price = '', end = '', tail = ''] = /^quote_(\d+)_([0-9a-z]+)_(.*)$/.exec(id) ?? [];
  const stranger = createQuotes({ secret: 'two', lifetimeMs: 900_000, now: () => clock });
  test.each<[string, string, Partial<QuoteSubject>]>([
    ['for another workspace', id, { principal: { workspaceId: 'ws_2', group: 'default' } }],
    ['for another group', id, { principal: { workspaceId: 'ws_1', group: 'vip' } }],
    ['with a lower price', `quote_1_${end}_${tail}`, {}],
    ['with a later end', `quote_${price}_zzzzzzzz_${tail}`, {}],
    ['with another digest', id.replace(tail, `A${tail.slice(1)}`), {}],
    ['signed by another installation', stranger.issue(subject, 1n).id, {}],
    ['cut short', id.slice(0, -1), {}],
    ['empty', '', {}],
    ['some other text', 'quote_free', {}],
  ])('%s', (_, text, change) => {
    expect(() => redeem(text, change)).toThrow(
      expect.objectContaining({
        status: 400,
        message: 'quoteId: is not a quote of this workspace.',
      }),
    );
  });
});

test('binds its price still after the secret was changed, while the one before is read', () => {
  const { id } = quotes.issue(subject, PRICE);
  const options = { lifetimeMs: 900_000, now: () => clock };
  const changed = createQuotes({ ...options, secret: 'two', otherSecrets: ['one'] });
  expect(changed.redeem({ id, param: 'quote_id' }, subject)).toBe(PRICE);
  expect(() => redeem(changed.issue(subject, PRICE).id)).toThrow('is not a quote');
});
