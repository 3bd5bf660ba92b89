import { narrow } from '../../src/core/catalog/narrow';
import type { Offered } from '../../src/core/catalog/narrow';
import { withOfferedDefaults } from '../../src/core/catalog/offered-defaults';
import type { OfferedDefaults } from '../../src/core/catalog/offered-defaults';
import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import type { Capabilities } from '../../src/core/request/capabilities';
import type { VideoRequest } from '../../src/core/request/request';
import { providers } from '../../src/providers';

/** An operator may offer less of a model than it can do, and say what a request gets that says nothing. */

const models = Object.values(providers).flatMap((provider) =>
  Object.entries(provider.models).map(([id, model]): [string, Capabilities] => [id, model]),
);
const SEEDANCE = providers['ark']?.models['dreamina-seedance-2-0-260128'];

function offered(offers: Offered, defaults: OfferedDefaults = {}): Capabilities {
  if (!SEEDANCE) throw new Error('there is no such model');
  const { made, problems } = narrow(SEEDANCE, offers);
  expect(problems).toEqual([]);
  if (!made) throw new Error('nothing is left');
  const told = withOfferedDefaults(made, defaults);
  expect(told.problems).toEqual([]);
  return told.made;
}

const apply = (model: Capabilities, request: Partial<VideoRequest> = {}) =>
  applyCapabilities(
    { model: 'm', prompt: 'a boat', inputs: [], passthrough: {}, ...request },
    model,
  );
const image = { role: 'first_frame' as const, media: { url: 'https://example.com/a.png' } };

test.each<[string, Offered, Partial<VideoRequest>, string]>([
  [
    'a length above the bound',
    { seconds: { max: 8 } },
    { seconds: 9 },
    'seconds: 9 is not offered',
  ],
  ['a length below the bound', { seconds: { min: 6 } }, { seconds: 5 }, 'Allowed: 6, 7, 8'],
  ['a length that is not listed', { seconds: [5, 10] }, { seconds: 7 }, 'Allowed: 5, 10.'],
  [
    'a length that the model decides',
    { seconds: { max: 8 } },
    { seconds: -1 },
    '-1 is not offered',
  ],
  ['a resolution', { resolutions: ['480p'] }, { resolution: '720p' }, 'Allowed: 480p.'],
  ['a ratio', { aspectRatios: ['9:16'] }, { aspectRatio: '16:9' }, 'Allowed: 9:16.'],
  ['sound', { audio: false }, { generateAudio: true }, 'generateAudio: is not supported'],
  ['a kind of input', { modes: ['text'] }, { inputs: [image] }, 'Allowed: text only.'],
  [
    'the size of a resolution',
    { resolutions: ['480p'] },
    { size: { width: 1280, height: 720 } },
    '1280x720 is not offered',
  ],
])('%s that is not offered is refused with what is', (_, offers, request, text) => {
  expect(() => apply(offered(offers), request)).toThrow(text);
});

test('a request that says nothing gets what the operator says, else the nearest that is offered', () => {
  expect(apply(offered({ seconds: { min: 8 }, resolutions: ['1080p', '480p'] }))).toMatchObject({
    seconds: 8,
    resolution: '480p',
  });
  const defaults = { seconds: 10, resolution: '1080p', aspectRatio: '9:16', audio: false };
  expect(apply(offered({ seconds: { max: 12 } }, defaults))).toMatchObject({
    seconds: 10,
    resolution: '1080p',
    aspectRatio: '9:16',
    generateAudio: false,
    width: 1080,
    height: 1920,
  });
});

test('a provider that makes sound by itself is told not to where none is offered', () => {
  expect(apply(offered({ audio: false }))).toMatchObject({ generateAudio: false });
});

test('what is not named stays as it is', () => {
  expect(offered({})).toEqual(SEEDANCE);
});

test.each(models)(
  '%s can be narrowed to one resolution and one length, in each of its modes',
  (_, model) => {
    const [resolution = ''] = model.resolutions;
    const { made, problems } = narrow(model, {
      resolutions: [resolution],
      seconds: [model.seconds.default],
    });
    expect(problems).toEqual([]);
    for (const mode of Object.values(made?.modes ?? {})) {
      expect(mode.resolutions ?? made?.resolutions).toEqual([resolution]);
      expect((mode.seconds ?? made?.seconds)?.values).toEqual([model.seconds.default]);
    }
    expect(made?.resolutionDefault).toBe(resolution);
    expect(Object.keys(made?.sizes ?? {}).filter((name) => name !== resolution)).toEqual([]);
  },
);

test('sound by default is none in a resolution that has no sound', () => {
  const model = providers['kling']?.models['kling-2.6'];
  if (!model) throw new Error('there is no such model');
  const { made, problems } = withOfferedDefaults(model, { resolution: '1080p', audio: true });
  expect(problems).toEqual([]);
  expect(apply(made)).toMatchObject({ resolution: '1080p', generateAudio: true });
  expect(apply(made, { resolution: '720p' })).toMatchObject({ generateAudio: false });
});

test.each(['a --frames 289', 'a --FRAMES=289', '--frames'])(
  'a prompt that would overrule the length is refused: %s',
  (prompt) => {
    const model = providers['ark']?.models['seedance-1-0-pro-250528'];
    if (!model) throw new Error('there is no such model');
    expect(() => apply(model, { prompt, seconds: 5 })).toThrow('prompt: has "--frames"');
    expect(apply(model, { prompt: 'a --framework of steel' }).seconds).toBe(5);
  },
);

test('a resolution of which no length is left goes with its lengths', () => {
  const hailuo = providers['minimax']?.models['MiniMax-Hailuo-02'];
  if (!hailuo) throw new Error('there is no such model');
  const { made } = narrow(hailuo, { seconds: [10] });
  expect([made?.resolutions, made?.modes.first_frame?.resolutions]).toEqual([
    ['768p'],
    ['768p', '512p'],
  ]);
  expect(narrow(hailuo, { seconds: [6] }).made?.resolutions).toEqual(['768p', '1080p']);
  expect(narrow(hailuo, { seconds: [10], resolutions: ['1080p'] }).made).toBeUndefined();
});
