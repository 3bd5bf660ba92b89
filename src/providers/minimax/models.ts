import type { Capabilities, Lengths, ModeCapabilities } from '../../core/request/capabilities';
import { H3_KEYS, H3_MAX_KEYS, HAILUO_KEYS } from './vendor-keys';

/**
 * What MiniMax's models take, from its pages (video-generation-v2-create, video-generation-t2v, -i2v and -fl2v) as clients
 * of them tell in autumn 2026; the pages themselves were read in part.
 *
 * Uncertain: the pixels of all but wide and tall videos, and of 512p and 480p; the frame rate of Hailuo (24 as H3's, which
 * was measured); the bytes of a picture on the newer wire (taken from the older one); whether failed jobs are billed
 * (assumed: no). Not offered: a last frame without a first, on which clients disagree, the 01 models, regeneration in 2K and
 * prompts written by `h3_context_ir`.
 */

const PICTURES = { mimes: ['image/jpeg', 'image/png', 'image/webp'], bytesMax: 20_000_000 };

const NO_INPUTS = { images: 0, videos: 0, audios: 0 };

/** A video of frames keeps the shape of the first one. */
const frames = (images: number, resolutions?: readonly string[]): ModeCapabilities => ({
  ...NO_INPUTS,
  aspectRatioDefault: 'adaptive',
  aspectRatios: ['adaptive'],
  images,
  ...(resolutions ? { resolutions } : {}),
});

const family = {
  fps: 24,
  seed: false,
  watermark: true,
  cameraFixed: false,
  lastFrame: false,
  serviceTiers: [],
  expiresAfterSeconds: false,
  safetyIdentifierLengthMax: 0,
  negativePrompt: false,
  billed: { canceled: false, rejected: false, failed: false },
  idempotency: ['callback-token'],
  deadlineSeconds: 3_600,
  usualSeconds: 180,
} as const satisfies Partial<Capabilities>;

const RATIOS = ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16'] as const;

/** A text gives a shape nothing to adapt to. */
const TEXT: ModeCapabilities = {
  ...NO_INPUTS,
  aspectRatioDefault: '16:9',
  aspectRatios: RATIOS,
};

const UP_TO_FIFTEEN: Lengths = { min: 4, max: 15, default: 5 };

const SIZES_768P = { '16:9': [1344, 768], '9:16': [768, 1344] } as const;

const h3: Capabilities = {
  ...family,
  modes: {
    text: TEXT,
    first_frame: frames(1),
    first_last_frame: frames(2),
    reference: { aspectRatioDefault: 'adaptive', images: 9, videos: 3, audios: 3 },
  },
  promptLengthMax: 7_000,
  promptAlways: true,
  seconds: UP_TO_FIFTEEN,
  resolutions: ['768p', '2k'],
  resolutionDefault: '768p',
  aspectRatios: [...RATIOS, 'adaptive'],
  sizes: {
    '768p': SIZES_768P,
    '2k': { '16:9': [2560, 1440], '9:16': [1440, 2560] },
  },
  audio: true,
  audioAlways: true,
  // It has files of its own, `mm_file://<digits>`: an account's all, whichever workspace of ours they came from.
  media: { assets: false, linkOnly: [], images: PICTURES, bodyBytesMax: 64_000_000 },
  vendorKeys: H3_KEYS,
  cancel: 'queued',
};

/** It takes frames and no references. */
const h3Max: Capabilities = {
  ...h3,
  modes: { text: TEXT, first_frame: frames(1), first_last_frame: frames(2) },
  seconds: { ...UP_TO_FIFTEEN, min: 5 },
  resolutions: ['480p', '768p'],
  sizes: { '480p': { '16:9': [854, 480], '9:16': [480, 854] }, '768p': SIZES_768P },
  vendorKeys: H3_MAX_KEYS,
  usualSeconds: 90,
};

/** It has no word for a shape. */
const WIDE: ModeCapabilities = {
  ...NO_INPUTS,
  aspectRatioDefault: '16:9',
  aspectRatios: ['16:9'],
};

const hailuo23: Capabilities = {
  ...family,
  modes: { text: WIDE, first_frame: frames(1) },
  promptLengthMax: 2_000,
  seconds: { min: 6, max: 10, default: 6, values: [6, 10] },
  secondsByResolution: { '1080p': [6] },
  resolutions: ['768p', '1080p'],
  resolutionDefault: '768p',
  aspectRatios: ['16:9', 'adaptive'],
  sizes: { '768p': { '16:9': [1366, 768] }, '1080p': { '16:9': [1920, 1080] } },
  audio: false,
  media: { assets: false, linkOnly: [], images: PICTURES },
  vendorKeys: HAILUO_KEYS,
  cancel: 'none',
};

/** It makes nothing of a text alone. */
const hailuo23Fast: Capabilities = {
  ...hailuo23,
  modes: { first_frame: frames(1) },
  usualSeconds: 90,
};

/** 512p is made of a first frame alone. */
const hailuo02: Capabilities = {
  ...hailuo23,
  modes: {
    text: WIDE,
    first_frame: frames(1, ['768p', '1080p', '512p']),
    first_last_frame: frames(2),
  },
  sizes: { ...hailuo23.sizes, '512p': { '16:9': [912, 512] } },
};

/** The models of the newer wire. */
const h3Models: Readonly<Record<string, Capabilities>> = {
  'MiniMax-H3': h3,
  'MiniMax-H3-Max': h3Max,
};

/** The models of the older wire. */
export const hailuoModels: Readonly<Record<string, Capabilities>> = {
  'MiniMax-Hailuo-2.3': hailuo23,
  'MiniMax-Hailuo-2.3-Fast': hailuo23Fast,
  'MiniMax-Hailuo-02': hailuo02,
};

export const minimaxModels: Readonly<Record<string, Capabilities>> = {
  ...h3Models,
  ...hailuoModels,
};
