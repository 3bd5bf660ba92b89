import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import type { PricedVideo } from '../../src/core/money/tariff';
import { minimax } from '../../src/providers/minimax';

/** What the wire files cannot tell of MiniMax: whose files nobody may name, and how long inputs may be counted to be. */

test.each(Object.entries(minimax.models))(
  '%s takes no file of the account, whose ids anybody could guess',
  (model, capabilities) => {
    const inputs = [{ role: 'first_frame' as const, media: { asset: '205258526306433' } }];
    const request = { model, prompt: 'a cat', inputs, passthrough: {} };
    expect(() => applyCapabilities(request, capabilities)).toThrow(/names an asset/);
  },
);

test.each([
  [0, 0],
  [1, 15],
  [2, 16],
  [3, 17],
])('%i videos are held for as many seconds as rounding each up can make: %i', (videos, seconds) => {
  const video = { videos } as PricedVideo;
  expect(minimax.prices?.inputSecondsMax?.('MiniMax-H3', video)).toBe(seconds);
});
