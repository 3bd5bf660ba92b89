import { applyCapabilities, modeOf } from '../../src/core/request/apply-capabilities';
import type { Capabilities, FieldNames } from '../../src/core/request/capabilities';
import { GatewayError } from '../../src/core/errors';
import type { Input, VideoRequest } from '../../src/core/request/request';
import { arkModels } from '../../src/providers/ark/models';

/**
 * What a model cannot honour is refused by the caller's own word for it, with the values it may have; what says
 * nothing (null has become absent by then) is honoured by every model.
 */

const BARE: Capabilities = {
  modes: { text: { aspectRatioDefault: '16:9', images: 0, videos: 0, audios: 0 } },
  promptLengthMax: 20,
  seconds: { min: 4, max: 6, default: 5 },
  resolutions: ['720p'],
  resolutionDefault: '720p',
  aspectRatios: ['16:9', 'adaptive'],
  sizes: { '720p': { '16:9': [1280, 720] } },
  fps: 24,
  audio: false,
  seed: false,
  watermark: false,
  cameraFixed: false,
  lastFrame: false,
  serviceTiers: [],
  expiresAfterSeconds: false,
  safetyIdentifierLengthMax: 0,
  negativePrompt: false,
  cancel: 'none',
  billed: { canceled: false, rejected: false, failed: false },
  idempotency: [],
  deadlineSeconds: 60,
  usualSeconds: 6,
};

const RICH: Capabilities = {
  ...BARE,
  modes: {
    text: { aspectRatioDefault: '16:9', images: 0, videos: 0, audios: 0 },
    first_frame: { aspectRatioDefault: 'adaptive', images: 1, videos: 0, audios: 0 },
    first_last_frame: { aspectRatioDefault: 'adaptive', images: 2, videos: 0, audios: 0 },
    reference: {
      aspectRatioDefault: '9:16',
      aspectRatios: ['9:16'],
      images: 2,
      videos: 1,
      audios: 1,
    },
  },
  seconds: { min: 4, max: 6, default: 5, auto: true },
  resolutions: ['480p', '720p'],
  aspectRatios: ['16:9', '9:16', 'adaptive'],
  sizes: {
    '480p': { '16:9': [854, 480], '9:16': [480, 854] },
    '720p': { '16:9': [1280, 720], '9:16': [720, 1280] },
  },
  audio: true,
  audioDefault: true,
  seed: { min: 0, max: 99 },
  watermark: true,
  cameraFixed: true,
  lastFrame: true,
  serviceTiers: ['standard', 'flex'],
  expiresAfterSeconds: { min: 3600, max: 7200 },
  safetyIdentifierLengthMax: 8,
  negativePrompt: true,
};

/** One mode that offers less than the model, and a few lengths instead of a range. */
const PICKY: Capabilities = {
  ...RICH,
  modes: {
    ...RICH.modes,
    first_last_frame: {
      aspectRatioDefault: 'adaptive',
      aspectRatios: ['adaptive'],
      resolutions: ['480p'],
      seconds: { min: 6, max: 6, default: 6 },
      fps: 30,
      audio: false,
      images: 2,
      videos: 0,
      audios: 0,
    },
  },
  seconds: { min: 5, max: 10, default: 5, values: [5, 10] },
  audioDefault: false,
  audioResolutions: ['720p'],
  negativePromptLengthMax: 4,
  media: { assets: false, linkOnly: ['reference_video'] },
};

const input = (role: Input['role']): Input => ({ role, media: { url: 'https://a.example/x' } });
const inputs = (...roles: Input['role'][]) => ({ inputs: roles.map(input) });
const request = (change: Partial<VideoRequest> = {}): VideoRequest => ({
  model: 'clip',
  prompt: 'a boat',
  inputs: [],
  passthrough: {},
  ...change,
});

/** Every word in a spelling that is nobody's default. */
const NAMES: FieldNames = {
  inputs: 'content',
  prompt: 'text',
  seconds: 'dur',
  resolution: 'res',
  aspectRatio: 'ratio',
  size: 'wxh',
  fps: 'framespersecond',
  generateAudio: 'with_audio',
  seed: 'dice',
  watermark: 'mark',
  cameraFixed: 'camera_fixed',
  returnLastFrame: 'last',
  serviceTier: 'tier',
  expiresAfterSeconds: 'ttl',
  safetyIdentifier: 'who',
  negativePrompt: 'not_this',
  passthrough: 'extra',
};

describe('left out or neutral, a field is honoured by a model that has nothing', () => {
  const plain = applyCapabilities(request(), BARE);

  test('and the answer says what was applied', () => {
    expect(plain).toEqual({
      mode: 'text',
      prompt: 'a boat',
      inputs: [],
      seconds: 5,
      resolution: '720p',
      aspectRatio: '16:9',
      width: 1280,
      height: 720,
      fps: 24,
      passthrough: {},
    });
  });

  test.each<[string, Partial<VideoRequest>]>([
    ['no sound', { generateAudio: false }],
    ['no watermark', { watermark: false }],
    ['a camera that may move', { cameraFixed: false }],
    ['no last frame', { returnLastFrame: false }],
    ['any seed', { seed: -1 }],
    ['the model’s own frame rate', { fps: 24 }],
    ['the only tier there is', { serviceTier: 'default' }],
    ['an empty negative prompt', { negativePrompt: '' }],
    ['an empty safety identifier', { safetyIdentifier: '' }],
    ['the default length', { seconds: 5 }],
    ['the default resolution', { resolution: '720p' }],
    ['the default ratio', { aspectRatio: '16:9' }],
    ['the default size', { size: { width: 1280, height: 720 } }],
    [
      'size, resolution and ratio that agree',
      { size: { width: 1280, height: 720 }, resolution: '720p', aspectRatio: '16:9' },
    ],
  ])('%s', (_, change) => {
    expect(applyCapabilities(request(change), BARE)).toEqual(plain);
  });
});

describe('lengths that a resolution has not', () => {
  const model: Capabilities = { ...RICH, secondsByResolution: { '480p': [5, 6] } };

  test.each<[string, Partial<VideoRequest>, number]>([
    ['its own default is the mode’s where it has that', { resolution: '480p' }, 5],
    ['one of its own', { resolution: '480p', seconds: 6 }, 6],
    ['another resolution has them all', { resolution: '720p', seconds: 4 }, 4],
    ['another resolution leaves the length to the model', { resolution: '720p', seconds: -1 }, -1],
  ])('%s', (_, change, seconds) => {
    expect(applyCapabilities(request(change), model).seconds).toBe(seconds);
  });

  test.each([4, -1])('%i is refused with those that there are', (seconds) => {
    const asked = request({ resolution: '480p', seconds });
    expect(() => applyCapabilities(asked, model)).toThrow(
      `seconds: ${String(seconds)} is not offered by this model. Allowed: 5, 6.`,
    );
  });

  test('its first is the default where the mode’s own is not among them', () => {
    const only = { ...RICH, secondsByResolution: { '480p': [6] } };
    expect(applyCapabilities(request({ resolution: '480p' }), only).seconds).toBe(6);
  });
});

test('a model that makes nothing without a prompt refuses frames without one', () => {
  const model: Capabilities = { ...RICH, promptAlways: true };
  const asked = { ...request({ prompt: ' ' }), ...inputs('first_frame') };
  expect(() => applyCapabilities(asked, model)).toThrow('prompt: is required by this model');
  expect(applyCapabilities(asked, RICH).mode).toBe('first_frame');
});

describe('what a model offers is applied as asked', () => {
  test('defaults are the model’s own', () => {
    expect(applyCapabilities(request(), RICH)).toMatchObject({
      generateAudio: true,
      watermark: false,
      returnLastFrame: false,
      serviceTier: 'standard',
    });
  });

  test.each<[string, Partial<VideoRequest>, Record<string, unknown>]>([
    ['silence', { generateAudio: false }, { generateAudio: false }],
    ['a seed', { seed: 99 }, { seed: 99 }],
    ['any seed', { seed: -1 }, { seed: -1 }],
    ['a watermark', { watermark: true }, { watermark: true }],
    ['a fixed camera', { cameraFixed: true }, { cameraFixed: true }],
    ['a last frame', { returnLastFrame: true }, { returnLastFrame: true }],
    ['a tier', { serviceTier: 'flex' }, { serviceTier: 'flex' }],
    ['an end', { expiresAfterSeconds: 7200 }, { expiresAfterSeconds: 7200 }],
    ['an identifier', { safetyIdentifier: '12345678' }, { safetyIdentifier: '12345678' }],
    ['a negative prompt', { negativePrompt: 'rain' }, { negativePrompt: 'rain' }],
    ['the length that the model chooses', { seconds: -1 }, { seconds: -1 }],
    ['the shortest', { seconds: 4 }, { seconds: 4 }],
    ['the longest', { seconds: 6 }, { seconds: 6 }],
    [
      'a size',
      { size: { width: 480, height: 854 } },
      { resolution: '480p', aspectRatio: '9:16', width: 480 },
    ],
    [
      'resolution and ratio',
      { resolution: '480p', aspectRatio: '9:16' },
      { width: 480, height: 854 },
    ],
    ['a first frame', inputs('first_frame'), { mode: 'first_frame', aspectRatio: 'adaptive' }],
    ['two frames', inputs('last_frame', 'first_frame'), { mode: 'first_last_frame' }],
    [
      'references',
      inputs('reference_image', 'reference_audio'),
      { mode: 'reference', aspectRatio: '9:16' },
    ],
    ['words of the vendor', { passthrough: { draft: [1] } }, { passthrough: { draft: [1] } }],
    ['the longest prompt', { prompt: 'x'.repeat(20) }, { prompt: 'x'.repeat(20) }],
  ])('%s', (_, change, applied) => {
    expect(applyCapabilities(request(change), RICH)).toMatchObject(applied);
  });

  test('a ratio that the model decides has no pixels', () => {
    const applied = applyCapabilities(request({ aspectRatio: 'adaptive' }), RICH);
    expect(applied).toMatchObject({ aspectRatio: 'adaptive' });
    expect(applied).not.toHaveProperty('width');
  });
});

describe('a mode that differs from its model', () => {
  const frames = inputs('first_frame', 'last_frame');

  test('has its own defaults', () => {
    const applied = applyCapabilities(request(frames), PICKY);
    expect(applied).toMatchObject({
      mode: 'first_last_frame',
      seconds: 6,
      resolution: '480p',
      aspectRatio: 'adaptive',
      fps: 30,
    });
    expect(applied).not.toHaveProperty('generateAudio');
  });

  test('leaves the others as the model says', () => {
    expect(applyCapabilities(request({ seconds: 10 }), PICKY)).toMatchObject({
      mode: 'text',
      seconds: 10,
      resolution: '720p',
      fps: 24,
      generateAudio: false,
    });
  });
});

const refusal = (change: Partial<VideoRequest>, model: Capabilities): GatewayError => {
  try {
    applyCapabilities(request(change), model, NAMES);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

/** A model that always makes sound, whose prompts are shorter for one mode, and whose references depend on a video. */
const LOUD: Capabilities = {
  ...RICH,
  modes: {
    text: { aspectRatioDefault: '16:9', images: 0, videos: 0, audios: 0 },
    first_frame: {
      aspectRatioDefault: '16:9',
      promptLengthMax: 4,
      vendorKeys: { owned: ['prompt'], checked: {} },
      images: 1,
      videos: 0,
      audios: 0,
    },
    reference: {
      aspectRatioDefault: '9:16',
      images: 3,
      videos: 1,
      audios: 0,
      besideVideo: {
        images: 1,
        audio: false,
        vendorKeys: { owned: [], checked: {}, closed: true },
      },
    },
  },
  audioAlways: true,
};

describe('a model with sound alone', () => {
  test.each<[string, Partial<VideoRequest>]>([
    ['says nothing of it', {}],
    ['asks for it', { generateAudio: true }],
  ])('makes it for who %s', (_, change) => {
    expect(applyCapabilities(request(change), LOUD)).toMatchObject({ generateAudio: true });
  });
});

describe('a video among the references', () => {
  const images = ['reference_image', 'reference_image', 'reference_image'] as const;

  test('takes what the mode allows beside one', () => {
    const alone = request({ ...inputs(...images), passthrough: { any: 1 } });
    expect(applyCapabilities(alone, LOUD)).toMatchObject({ generateAudio: true });
    for (const change of [{}, { generateAudio: false }]) {
      const both = request({ ...inputs('reference_image', 'reference_video'), ...change });
      expect(applyCapabilities(both, LOUD)).not.toHaveProperty('generateAudio');
    }
  });
});

const SIZE = { width: 100, height: 100 };
const HD = { width: 1280, height: 720 };
const VERTICAL = { width: 720, height: 1280 };
const WIDE = request(inputs('reference_image')).inputs;

const REFUSED: [string, Capabilities, Partial<VideoRequest>, param: string, text: string][] = [
  [
    'inputs of a kind',
    BARE,
    inputs('first_frame'),
    'content',
    'the model does not take a first frame. Allowed: text only.',
  ],
  [
    'references',
    {
      ...RICH,
      modes: {
        text: BARE.modes.text,
        first_frame: RICH.modes.first_frame,
      } as Capabilities['modes'],
    },
    inputs('reference_image'),
    'content',
    'the model does not take references. Allowed: text only, a first frame.',
  ],
  [
    'two first frames',
    RICH,
    inputs('first_frame', 'first_frame'),
    'content',
    'has more than one image for the same frame.',
  ],
  [
    'two last frames',
    RICH,
    inputs('first_frame', 'last_frame', 'last_frame'),
    'content',
    'has more than one image for the same frame.',
  ],
  [
    'frames with references',
    RICH,
    inputs('first_frame', 'reference_image'),
    'content',
    'mixes frames with references.',
  ],
  [
    'a last frame alone',
    RICH,
    inputs('last_frame'),
    'content',
    'has a last frame without a first frame.',
  ],
  [
    'too many images',
    RICH,
    inputs('reference_image', 'reference_image', 'reference_image'),
    'content',
    'has 3 images; at most 2.',
  ],
  [
    'too many videos',
    RICH,
    inputs('reference_video', 'reference_video'),
    'content',
    'has 2 videos; at most 1.',
  ],
  [
    'too many sounds',
    RICH,
    inputs('reference_image', 'reference_audio', 'reference_audio'),
    'content',
    'has 2 audio files; at most 1.',
  ],
  [
    'sound alone',
    RICH,
    inputs('reference_audio'),
    'content',
    'has audio as its only reference; add an image or a video.',
  ],
  [
    'too many images for a video',
    LOUD,
    inputs('reference_image', 'reference_image', 'reference_video'),
    'content',
    'has 2 images beside a video; at most 1.',
  ],
  [
    'sound beside a video',
    LOUD,
    { ...inputs('reference_video'), generateAudio: true },
    'with_audio',
    'is not supported by this model. Allowed: false.',
  ],
  [
    'words beside a video',
    LOUD,
    { ...inputs('reference_video'), passthrough: { any: 1 } },
    'extra.any',
    'is no word that callers of this model may use; there is none.',
  ],
  [
    'a word that one mode owns',
    LOUD,
    { ...inputs('first_frame'), prompt: 'boat', passthrough: { prompt: 1 } },
    'extra.prompt',
    "is written by the gateway; use the request's own field.",
  ],
  [
    'a prompt that is long for a mode',
    LOUD,
    { ...inputs('first_frame'), prompt: 'boats' },
    'text',
    'is longer than 4 characters.',
  ],
  [
    'silence of a model that cannot be silent',
    LOUD,
    { generateAudio: false },
    'with_audio',
    'cannot be false: this model always makes sound. Allowed: true.',
  ],
  ['a long prompt', BARE, { prompt: 'x'.repeat(21) }, 'text', 'is longer than 20 characters.'],
  [
    'a short video',
    BARE,
    { seconds: 3 },
    'dur',
    '3 is not offered by this model. Allowed: 4, 5, 6.',
  ],
  [
    'half a second',
    BARE,
    { seconds: 4.5 },
    'dur',
    '4.5 is not offered by this model. Allowed: 4, 5, 6.',
  ],
  ['no length', BARE, { seconds: -1 }, 'dur', '-1 is not offered by this model. Allowed: 4, 5, 6.'],
  [
    'a long video',
    RICH,
    { seconds: 7 },
    'dur',
    '7 is not offered by this model. Allowed: 4, 5, 6, -1 (the model decides).',
  ],
  [
    'a resolution',
    BARE,
    { resolution: '4k' },
    'res',
    '4k is not offered by this model. Allowed: 720p.',
  ],
  [
    'a ratio',
    BARE,
    { aspectRatio: '1:1' },
    'ratio',
    '1:1 is not offered by this model. Allowed: 16:9, adaptive.',
  ],
  [
    'a ratio for references',
    RICH,
    { aspectRatio: '16:9', inputs: WIDE },
    'ratio',
    '16:9 is not offered by this model for these inputs. Allowed: 9:16.',
  ],
  [
    'a size',
    BARE,
    { size: SIZE },
    'wxh',
    '100x100 is not offered by this model. Allowed: 1280x720.',
  ],
  [
    'a size for references',
    RICH,
    { size: HD, inputs: WIDE },
    'wxh',
    '1280x720 is not offered by this model. Allowed: 480x854, 720x1280.',
  ],
  [
    'a size against the resolution',
    RICH,
    { size: HD, resolution: '480p' },
    'res',
    'contradicts wxh. Allowed: 720p.',
  ],
  [
    'a size against the ratio',
    RICH,
    { size: VERTICAL, aspectRatio: '16:9' },
    'ratio',
    'contradicts wxh. Allowed: 9:16.',
  ],
  [
    'sound',
    BARE,
    { generateAudio: true },
    'with_audio',
    'is not supported by this model. Allowed: false.',
  ],
  [
    'a watermark',
    BARE,
    { watermark: true },
    'mark',
    'is not supported by this model. Allowed: false.',
  ],
  [
    'a fixed camera',
    BARE,
    { cameraFixed: true },
    'camera_fixed',
    'is not supported by this model. Allowed: false.',
  ],
  [
    'a fixed camera with references',
    RICH,
    { cameraFixed: true, inputs: WIDE },
    'camera_fixed',
    'does not go with references. Allowed: false.',
  ],
  [
    'a last frame',
    BARE,
    { returnLastFrame: true },
    'last',
    'is not supported by this model. Allowed: false.',
  ],
  [
    'a frame rate',
    BARE,
    { fps: 25 },
    'framespersecond',
    '25 is not offered by this model. Allowed: 24.',
  ],
  [
    'a seed',
    BARE,
    { seed: 7 },
    'dice',
    'is not supported by this model. Allowed: -1 (the model decides).',
  ],
  [
    'a seed that is too large',
    RICH,
    { seed: 100 },
    'dice',
    'must lie between 0 and 99, or be -1 (the model decides).',
  ],
  [
    'a seed that is too small',
    RICH,
    { seed: -2 },
    'dice',
    'must lie between 0 and 99, or be -1 (the model decides).',
  ],
  [
    'a tier',
    BARE,
    { serviceTier: 'flex' },
    'tier',
    'flex is not offered by this model. Allowed: default.',
  ],
  [
    'a tier of another model',
    RICH,
    { serviceTier: 'fast' },
    'tier',
    'fast is not offered by this model. Allowed: standard, flex.',
  ],
  ['an end', BARE, { expiresAfterSeconds: 3600 }, 'ttl', 'is not supported by this model.'],
  [
    'an early end',
    RICH,
    { expiresAfterSeconds: 3599 },
    'ttl',
    'must lie between 3600 and 7200 seconds.',
  ],
  [
    'a late end',
    RICH,
    { expiresAfterSeconds: 7201 },
    'ttl',
    'must lie between 3600 and 7200 seconds.',
  ],
  [
    'a length between those offered',
    PICKY,
    { seconds: 7 },
    'dur',
    '7 is not offered by this model. Allowed: 5, 10.',
  ],
  [
    'a length that the mode does not have',
    PICKY,
    { ...inputs('first_frame', 'last_frame'), seconds: 5 },
    'dur',
    '5 is not offered by this model. Allowed: 6.',
  ],
  [
    'a resolution that the mode does not have',
    PICKY,
    { ...inputs('first_frame', 'last_frame'), resolution: '720p' },
    'res',
    '720p is not offered by this model for these inputs. Allowed: 480p.',
  ],
  [
    'sound in a resolution without it',
    PICKY,
    { resolution: '480p', generateAudio: true },
    'with_audio',
    'needs res 720p. Allowed: false.',
  ],
  [
    'sound in a mode without it',
    PICKY,
    { ...inputs('first_frame', 'last_frame'), generateAudio: true },
    'with_audio',
    'is not supported by this model. Allowed: false.',
  ],
  [
    'the frame rate of another mode',
    PICKY,
    { ...inputs('first_frame', 'last_frame'), fps: 24 },
    'framespersecond',
    '24 is not offered by this model. Allowed: 30.',
  ],
  [
    'a size where the input gives the shape',
    PICKY,
    { ...inputs('first_frame', 'last_frame'), size: HD },
    'wxh',
    'cannot be chosen for these inputs; leave it out.',
  ],
  [
    'a long negative prompt',
    PICKY,
    { negativePrompt: 'rain, snow' },
    'not_this',
    'is longer than 4 characters.',
  ],
  [
    'an asset where there is no library',
    PICKY,
    { inputs: [{ role: 'first_frame', media: { asset: 'a-1' } }] },
    'content',
    'names an asset, and this model knows none; send a URL or the file.',
  ],
  [
    'a file where only a link is read',
    PICKY,
    { inputs: [{ role: 'reference_video', media: { blob: 'b', mime: 'video/mp4' } }] },
    'content',
    'has a reference_video as a file; this model takes it as a URL only, and this gateway has no public address to give one.',
  ],
  ['an identifier', BARE, { safetyIdentifier: 'me' }, 'who', 'is not supported by this model.'],
  [
    'a long identifier',
    RICH,
    { safetyIdentifier: '123456789' },
    'who',
    'is longer than 8 characters.',
  ],
  [
    'a negative prompt',
    BARE,
    { negativePrompt: 'rain' },
    'not_this',
    'is not supported by this model.',
  ],
];

describe('what a model cannot honour is refused in the caller’s words', () => {
  test.each(REFUSED)('%s', (_, model, change, param, text) => {
    const error = refusal(change, model);
    expect(error.message).toBe(`${param}: ${text}`);
    expect(error).toMatchObject({ code: 'invalid_request', status: 400, param });
  });

  test('and in our own where the caller has none', () => {
    expect(() => applyCapabilities(request({ seconds: 3 }), BARE)).toThrow(/^seconds: 3 is not/);
  });

  test('every field that can be refused has a case above', () => {
    const fields = new Set(REFUSED.map(([, , , param]) => param.split('.')[0]));
    expect([...fields].sort()).toEqual(Object.values(NAMES).sort());
  });
});

test.each<[Input['role'][], string]>([
  [[], 'text'],
  [['first_frame'], 'first_frame'],
  [['first_frame', 'last_frame'], 'first_last_frame'],
  [['reference_image'], 'reference'],
  [['reference_video', 'reference_audio'], 'reference'],
])('inputs %j make the mode %s', (roles, mode) => {
  expect(modeOf(roles.map(input), 'inputs')).toBe(mode);
});

test('-1 among allowed lengths says what it means', () => {
  const model = arkModels['doubao-seedance-2-0-260128'];
  if (!model) throw new Error('the table has this model');
  const request = { model: 'm', prompt: 'a cat', inputs: [], passthrough: {}, seconds: 99 };
  expect(() => applyCapabilities(request, model)).toThrow(/14, 15, -1 \(the model decides\)\.$/);
});
