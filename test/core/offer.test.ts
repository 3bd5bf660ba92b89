import type { Capabilities } from '../../src/core/request/capabilities';
import type { RoutedModel, ChannelRoute } from '../../src/core/catalog/catalog';
import { offerOf } from '../../src/dialects/kit/offer';
import { arkModels } from '../../src/providers/ark/models';

const known = (id: string): Capabilities => {
  const found = arkModels[id];
  if (!found) throw new Error(`no model ${id}`);
  return found;
};
const model = (...all: Capabilities[]): RoutedModel => {
  const routes = all.map((capabilities) => ({ capabilities }) as ChannelRoute);
  return { entry: {}, routes } as unknown as RoutedModel;
};
const v1 = known('seedance-1-0-pro-250528');
const v2 = known('dreamina-seedance-2-0-fast-260128');

test('an offer is what any of the channels can do, each thing once and in order', () => {
  const offer = offerOf(model(v2, v1));
  expect(offer).toMatchObject({
    modes: ['text', 'first_frame', 'first_last_frame', 'reference'],
    resolutions: ['480p', '720p', '1080p'],
    seconds: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    secondsAuto: true,
    fps: [24],
    audio: true,
    seed: true,
    cameraFixed: true,
    lastFrame: true,
    serviceTiers: ['default', 'flex'],
    references: { images: 9, videos: 3, audios: 3 },
  });
  expect(offer.sizes).toEqual(expect.arrayContaining(['1280x720', '1248x704']));
  expect(new Set(offer.sizes).size).toBe(offer.sizes.length);
});

test('a safety identifier may be as long as the channel takes that takes the least', () => {
  const none = { ...v1, safetyIdentifierLengthMax: 0 };
  expect(offerOf(model(v1)).safetyIdentifierLengthMax).toBe(64);
  expect(offerOf(model(v1, none)).safetyIdentifierLengthMax).toBe(0);
});

test('what no channel can do is not offered, and every model has its default tier', () => {
  expect(offerOf(model(v1))).toMatchObject({
    modes: ['text', 'first_frame', 'first_last_frame'],
    secondsAuto: false,
    audio: false,
    references: { images: 0, videos: 0, audios: 0 },
  });
  expect(offerOf(model({ ...v1, serviceTiers: [] })).serviceTiers).toEqual(['default']);
});
