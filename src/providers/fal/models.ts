import type { Capabilities } from '../../core/request/capabilities';
import { modeAt, sizesBy, wide } from '../kit';
import { KLING_KEYS, SEEDANCE_KEYS, VEO_KEYS } from './vendor-keys';

/**
 * What some families of fal's endpoints take, from the pages of the endpoints (`https://fal.ai/models/<id>/llms.txt`, read
 * in November 2026).
 *
 * Uncertain: the length of a prompt where the page gives none (Veo, Seedance), the bounds of a seed, and Seedance's pixels,
 * which are those that its maker tells. Not offered: references of Veo, whose endpoint has neither seed nor negative prompt;
 * shots, voices and elements of Kling, which cost more; videos as references of Seedance, of which no more than twelve files
 * may be given with pictures and sounds together.
 */

const SEED = { min: 0, max: 2_147_483_647 };

const mode = modeAt('adaptive');

const PICTURES = ['image/jpeg', 'image/png', 'image/webp'];

const SIZES = { '720p': wide(1280, 720), '1080p': wide(1920, 1080), '4k': wide(3840, 2160) };

const family = {
  fps: 24,
  watermark: false,
  cameraFixed: false,
  lastFrame: false,
  serviceTiers: [],
  expiresAfterSeconds: false,
  safetyIdentifierLengthMax: 0,
  // A request that waits is taken out of the queue; the app of one that runs is asked to stop, and may go on.
  cancel: 'running',
  // "Server errors are never charged"; of what is refused for its input the page says that it may be.
  billed: { canceled: false, rejected: false, failed: false },
  idempotency: ['callback-token'],
  deadlineSeconds: 3_600,
  audio: true,
  audioDefault: true,
} as const;

const WIDE_OR_TALL = ['16:9', '9:16'] as const;

const veo31: Capabilities = {
  ...family,
  modes: {
    text: mode(0, { aspectRatioDefault: '16:9', aspectRatios: WIDE_OR_TALL }),
    first_frame: mode(1),
    first_last_frame: mode(2),
  },
  promptLengthMax: 4_000,
  seconds: { min: 4, max: 8, default: 8, values: [4, 6, 8] },
  resolutions: ['720p', '1080p', '4k'],
  resolutionDefault: '720p',
  aspectRatios: [...WIDE_OR_TALL, 'adaptive'],
  sizes: SIZES,
  seed: SEED,
  negativePrompt: true,
  negativePromptLengthMax: 4_000,
  media: { assets: false, linkOnly: [], images: { mimes: PICTURES, bytesMax: 8_000_000 } },
  vendorKeys: VEO_KEYS,
  usualSeconds: 90,
};

const SHAPES_OF_KLING = ['16:9', '9:16', '1:1'] as const;

const kling3: Capabilities = {
  ...family,
  modes: {
    text: mode(0, { aspectRatioDefault: '16:9', aspectRatios: SHAPES_OF_KLING }),
    // The picture gives the video its shape.
    first_frame: mode(1, { aspectRatios: ['adaptive'] }),
    first_last_frame: mode(2, { aspectRatios: ['adaptive'] }),
  },
  promptLengthMax: 2_500,
  seconds: { min: 3, max: 15, default: 5 },
  resolutions: ['720p', '1080p', '4k'],
  resolutionDefault: '1080p',
  aspectRatios: [...SHAPES_OF_KLING, 'adaptive'],
  sizes: SIZES,
  seed: false,
  negativePrompt: true,
  negativePromptLengthMax: 2_500,
  media: { assets: false, linkOnly: [], images: { mimes: PICTURES, bytesMax: 10_000_000 } },
  vendorKeys: KLING_KEYS,
  usualSeconds: 180,
};

const SHAPES_OF_SEEDANCE = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9'] as const;

const row = sizesBy(SHAPES_OF_SEEDANCE);

const seedance2: Capabilities = {
  ...family,
  modes: {
    text: mode(0),
    first_frame: mode(1),
    first_last_frame: mode(2),
    reference: mode(9, { audios: 3 }),
  },
  promptLengthMax: 10_000,
  seconds: { min: 4, max: 15, default: 5, auto: true },
  resolutions: ['480p', '720p', '1080p'],
  resolutionDefault: '720p',
  aspectRatios: [...SHAPES_OF_SEEDANCE, 'adaptive'],
  sizes: {
    '480p': row([864, 496], [752, 560], [640, 640], [560, 752], [496, 864], [992, 432]),
    '720p': row([1280, 720], [1112, 834], [960, 960], [834, 1112], [720, 1280], [1470, 630]),
    '1080p': row([1920, 1080], [1664, 1248], [1440, 1440], [1248, 1664], [1080, 1920], [2206, 946]),
  },
  seed: SEED,
  negativePrompt: false,
  media: { assets: false, linkOnly: [], images: { mimes: PICTURES, bytesMax: 30_000_000 } },
  vendorKeys: SEEDANCE_KEYS,
  usualSeconds: 150,
};

/** The capabilities by what the ids of a family's endpoints begin with. */
export const falModels: Readonly<Record<string, Capabilities>> = {
  'fal-ai/veo3.1': veo31,
  'fal-ai/veo3.1/fast': { ...veo31, usualSeconds: 60 },
  'fal-ai/kling-video/v3': kling3,
  'bytedance/seedance-2.0': seedance2,
  'bytedance/seedance-2.0/fast': {
    ...seedance2,
    resolutions: ['480p', '720p'],
    usualSeconds: 90,
  },
};
