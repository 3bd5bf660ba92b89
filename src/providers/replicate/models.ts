import type { Capabilities, ModeCapabilities } from '../../core/request/capabilities';
import { modeAt, sizesBy, wide } from '../kit';
import { KLING_KEYS, SEEDANCE_KEYS, VEO_KEYS } from './vendor-keys';

/**
 * What some official models take, from the schemas that Replicate shows of their versions (read in November 2026).
 *
 * Uncertain: the length of a prompt where the schema gives none (Veo, Seedance), the bounds of a seed, the pixels of Seedance
 * 1.0 (its maker's), and how large a
 * picture may be (data URLs are advised up to 256 KB, and larger ones are taken). Not offered: Kling's 4k, whose price nobody tells; its shots; and
 * the ratio 9:21 of Seedance, of which nobody tells the pixels.
 */

const SEED = { min: 0, max: 2_147_483_647 };

const mode = modeAt('16:9');

/** The picture gives the video its shape, and the word for it is passed over. */
const framed = (images: number): ModeCapabilities =>
  mode(images, { aspectRatioDefault: 'adaptive', aspectRatios: ['adaptive'] });

const SIZES = { '720p': wide(1280, 720), '1080p': wide(1920, 1080) };

const PICTURES = ['image/jpeg', 'image/png'];

const family = {
  fps: 24,
  watermark: false,
  cameraFixed: false,
  lastFrame: false,
  serviceTiers: [],
  expiresAfterSeconds: false,
  safetyIdentifierLengthMax: 0,
  cancel: 'running',
  // "You pay for the time the prediction ran before it was canceled", which of a price per second of video nobody tells [?]: the
  // whole. One that was aborted, or canceled before it began, is free; no page says what a failure costs.
  billed: { canceled: true, rejected: false, failed: false },
  idempotency: ['callback-token'],
  deadlineSeconds: 3_600,
} as const;

const WIDE_OR_TALL = ['16:9', '9:16'] as const;

const veo31: Capabilities = {
  ...family,
  modes: {
    text: mode(0),
    first_frame: mode(1),
    first_last_frame: mode(2),
    // "Reference images only work with 16:9 aspect ratio and 8-second duration."
    reference: mode(3, { aspectRatios: ['16:9'], seconds: { min: 8, max: 8, default: 8 } }),
  },
  promptLengthMax: 4_000,
  seconds: { min: 4, max: 8, default: 8, values: [4, 6, 8] },
  resolutions: ['720p', '1080p'],
  resolutionDefault: '1080p',
  aspectRatios: WIDE_OR_TALL,
  sizes: SIZES,
  audio: true,
  audioDefault: true,
  seed: SEED,
  negativePrompt: true,
  negativePromptLengthMax: 4_000,
  media: { assets: false, linkOnly: [], images: { mimes: PICTURES, bytesMax: 10_000_000 } },
  vendorKeys: VEO_KEYS,
  usualSeconds: 120,
};

const SHAPES_OF_KLING = ['16:9', '9:16', '1:1'] as const;

const kling3: Capabilities = {
  ...family,
  modes: {
    text: mode(0, { aspectRatios: SHAPES_OF_KLING }),
    first_frame: framed(1),
    first_last_frame: framed(2),
  },
  promptLengthMax: 2_500,
  seconds: { min: 3, max: 15, default: 5 },
  resolutions: ['720p', '1080p'],
  resolutionDefault: '1080p',
  aspectRatios: [...SHAPES_OF_KLING, 'adaptive'],
  sizes: SIZES,
  tierResolutions: { standard: '720p', pro: '1080p' },
  audio: true,
  seed: false,
  negativePrompt: true,
  negativePromptLengthMax: 2_500,
  media: { assets: false, linkOnly: [], images: { mimes: PICTURES, bytesMax: 10_000_000 } },
  vendorKeys: KLING_KEYS,
  usualSeconds: 180,
};

const SHAPES_OF_SEEDANCE = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9'] as const;

const row = sizesBy(SHAPES_OF_SEEDANCE);

const seedance1: Capabilities = {
  ...family,
  modes: {
    text: mode(0, { aspectRatios: SHAPES_OF_SEEDANCE }),
    first_frame: framed(1),
    first_last_frame: framed(2),
  },
  promptLengthMax: 10_000,
  seconds: { min: 2, max: 12, default: 5 },
  resolutions: ['480p', '720p', '1080p'],
  resolutionDefault: '1080p',
  aspectRatios: [...SHAPES_OF_SEEDANCE, 'adaptive'],
  sizes: {
    '480p': row([864, 480], [736, 544], [640, 640], [544, 736], [480, 864], [960, 416]),
    '720p': row([1248, 704], [1120, 832], [960, 960], [832, 1120], [704, 1248], [1504, 640]),
    '1080p': row([1920, 1088], [1664, 1248], [1440, 1440], [1248, 1664], [1088, 1920], [2176, 928]),
  },
  audio: false,
  cameraFixed: true,
  seed: SEED,
  negativePrompt: false,
  media: { assets: false, linkOnly: [], images: { mimes: PICTURES, bytesMax: 10_000_000 } },
  vendorKeys: SEEDANCE_KEYS,
  usualSeconds: 60,
};

/** The capabilities by the name of an official model. */
export const replicateModels: Readonly<Record<string, Capabilities>> = {
  'google/veo-3.1': veo31,
  'kwaivgi/kling-v3-video': kling3,
  'bytedance/seedance-1-pro': seedance1,
};
