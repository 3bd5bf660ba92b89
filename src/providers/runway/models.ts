import type { Capabilities } from '../../core/request/capabilities';
import { modeAt, sizesBy, wide } from '../kit';
import { GEN4_KEYS, SEEDANCE_KEYS, VEO_KEYS } from './vendor-keys';

/**
 * What Runway's models take, from the types of its own client (`@runwayml/sdk` 4.20.1, September 2026) and its pages of inputs
 * and tiers.
 *
 * Uncertain: the lengths of Gen-4 Turbo (2 to 10, as of Gen-4.5; people use 5 and 10), the bounds of a seed, the length of a
 * negative prompt, whether Veo makes a sound where nothing is said (it is always told), the shapes of a picture for others
 * than Gen-4, and how many sounds Seedance hears. Not offered: Seedance in 4k and beside videos, of whose prices nobody
 * tells enough; models of other makers that Runway has beside these, which only pass through it; files that are no MP4.
 */

const mode = modeAt('16:9');

/** "All URLs must be HTTPS", "a domain name, not an IP address", and no longer than this. */
const LINKS = { lengthMax: 2_048 };

/** A data URL may have 5 MiB, base64 and all. */
const FILE_BYTES_MAX = 3_900_000;
const PICTURES = { mimes: ['image/jpeg', 'image/png', 'image/webp'], bytesMax: FILE_BYTES_MAX };

const family = {
  fps: 24,
  seed: { min: 0, max: 4_294_967_295 },
  watermark: false,
  cameraFixed: false,
  lastFrame: false,
  serviceTiers: [],
  expiresAfterSeconds: false,
  safetyIdentifierLengthMax: 0,
  // A task is canceled by a call that also forgets it: a look finds nothing, which is no verdict on state or bill.
  cancel: 'none',
  // What an end has cost stands in its reply: a prompt or an input that is rejected keeps the credits.
  billed: { canceled: false, rejected: false, failed: false },
  idempotency: [],
  // Above the account's limit of running tasks one waits by itself.
  deadlineSeconds: 7_200,
} as const satisfies Partial<Capabilities>;

const WIDE_OR_TALL = ['16:9', '9:16'] as const;
const SHAPES = [...WIDE_OR_TALL, '4:3', '3:4', '1:1', '21:9'] as const;

const gen4Turbo: Capabilities = {
  ...family,
  modes: { first_frame: mode(1) },
  promptLengthMax: 1_000,
  seconds: { min: 2, max: 10, default: 5 },
  resolutions: ['720p'],
  resolutionDefault: '720p',
  aspectRatios: SHAPES,
  sizes: {
    '720p': {
      ...wide(1280, 720),
      '4:3': [1104, 832],
      '3:4': [832, 1104],
      '1:1': [960, 960],
      '21:9': [1584, 672],
    },
  },
  audio: false,
  negativePrompt: false,
  media: {
    assets: false,
    linkOnly: [],
    links: LINKS,
    images: { ...PICTURES, ratio: { min: 0.5, max: 2 } },
  },
  vendorKeys: GEN4_KEYS,
  usualSeconds: 30,
};

const gen45: Capabilities = {
  ...gen4Turbo,
  modes: { text: mode(0, { aspectRatios: WIDE_OR_TALL }), first_frame: mode(1) },
  promptAlways: true,
  usualSeconds: 90,
};

const veo31: Capabilities = {
  ...family,
  modes: { text: mode(0), first_frame: mode(1), first_last_frame: mode(2) },
  promptLengthMax: 1_000,
  seconds: { min: 4, max: 8, default: 8, values: [4, 6, 8] },
  resolutions: ['720p', '1080p'],
  resolutionDefault: '720p',
  aspectRatios: WIDE_OR_TALL,
  sizes: { '720p': wide(1280, 720), '1080p': wide(1920, 1080) },
  audio: true,
  audioDefault: true,
  negativePrompt: true,
  negativePromptLengthMax: 1_000,
  media: { assets: false, linkOnly: [], links: LINKS, images: PICTURES },
  vendorKeys: VEO_KEYS,
  usualSeconds: 120,
};

const row = sizesBy(SHAPES);

const seedance2: Capabilities = {
  ...family,
  modes: {
    text: mode(0),
    first_frame: mode(1),
    first_last_frame: mode(2),
    reference: mode(9, { audios: 3 }),
  },
  promptLengthMax: 3_500,
  // A frame alone would do; beside references a text is demanded, and no word tells the two apart.
  promptAlways: true,
  seconds: { min: 4, max: 15, default: 5, auto: true },
  resolutions: ['480p', '720p', '1080p'],
  resolutionDefault: '720p',
  aspectRatios: SHAPES,
  sizes: {
    '480p': row([864, 496], [496, 864], [752, 560], [560, 752], [640, 640], [992, 432]),
    '720p': row([1280, 720], [720, 1280], [1112, 834], [834, 1112], [960, 960], [1470, 630]),
    '1080p': row([1920, 1080], [1080, 1920], [1664, 1248], [1248, 1664], [1440, 1440], [2206, 946]),
  },
  audio: true,
  audioDefault: true,
  negativePrompt: false,
  media: {
    assets: false,
    linkOnly: [],
    links: LINKS,
    images: PICTURES,
    audios: { mimes: ['audio/mpeg', 'audio/wav'], bytesMax: FILE_BYTES_MAX },
  },
  vendorKeys: SEEDANCE_KEYS,
  usualSeconds: 150,
};

export const runwayModels: Readonly<Record<string, Capabilities>> = {
  'gen4.5': gen45,
  gen4_turbo: gen4Turbo,
  'veo3.1': veo31,
  'veo3.1_fast': { ...veo31, usualSeconds: 50 },
  seedance2,
};
