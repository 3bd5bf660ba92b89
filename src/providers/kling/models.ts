import type { Capabilities, Lengths, ModeCapabilities } from '../../core/request/capabilities';
import type { Mode } from '../../core/request/request';
import type { Kind } from './schema';
import { KLING_2_KEYS, KLING_KEYS, OMNI_KEYS } from './vendor-keys';

/**
 * What each Kling model takes, from the provider's capability map and its pages for text, image, multi-image and omni
 * video, as public copies of them had it in November 2026; the pages themselves were not read.
 *
 * Its `mode` (std, pro) is a picture quality on most models, so it follows from the resolution; on kling-v1 both make
 * 720p, and there it is the service tier. Models with one quality get no `mode` at all; the word for the other is
 * refused.
 *
 * Uncertain: the frame rate from kling-v2-6 on (not in the map; 24 as its neighbours); whether failed jobs are billed
 * (assumed: no); the limits of kling-v3 and kling-v3-omni (from resellers' copies). Not offered, since the pages do not
 * agree on it: `4k`, the ids of Kling 4, a video to be edited (its length would be the input's, and the price with
 * it).
 */

const RATIOS = ['16:9', '9:16', '1:1'] as const;

/** The provider names no pixels for a square. */
const SIZES: Capabilities['sizes'] = {
  '720p': { '16:9': [1280, 720], '9:16': [720, 1280] },
  '1080p': { '16:9': [1920, 1080], '9:16': [1080, 1920] },
};

const FIVE_OR_TEN: Lengths = { min: 5, max: 10, default: 5, values: [5, 10] };
const FIVE: Lengths = { min: 5, max: 5, default: 5 };

const PICTURES = { mimes: ['image/jpeg', 'image/png'], bytesMax: 10 * 1024 * 1024 };

type Offer = Omit<ModeCapabilities, 'aspectRatioDefault' | 'images' | 'videos' | 'audios'>;

const text = (offer: Offer = {}): ModeCapabilities => ({
  aspectRatioDefault: '16:9',
  images: 0,
  videos: 0,
  audios: 0,
  ...offer,
});

/** The picture keeps the shape of the frame; there is no ratio to ask for. */
const frames = (images: number, offer: Offer = {}): ModeCapabilities => ({
  ...text(offer),
  aspectRatioDefault: 'adaptive',
  aspectRatios: ['adaptive'],
  images,
});

const PRO: Offer = { resolutions: ['1080p'] };

const family = {
  promptLengthMax: 2_500,
  seconds: FIVE_OR_TEN,
  resolutions: ['720p', '1080p'],
  resolutionDefault: '720p',
  aspectRatios: [...RATIOS, 'adaptive'],
  sizes: SIZES,
  fps: 24,
  audio: false,
  seed: false,
  watermark: true,
  cameraFixed: false,
  lastFrame: false,
  serviceTiers: [],
  tierResolutions: { std: '720p', pro: '1080p' },
  expiresAfterSeconds: false,
  safetyIdentifierLengthMax: 0,
  negativePrompt: true,
  negativePromptLengthMax: 2_500,
  // A reference video is fetched by link; there is no library of ours to name. Of pictures the page also has limits for
  // sides (300 pixels at least, 1:2.5 to 2.5:1), which only reading the picture would tell: Kling says so itself.
  media: { assets: false, linkOnly: ['reference_video'], images: PICTURES },
  vendorKeys: KLING_2_KEYS,
  cancel: 'none',
  billed: { canceled: false, rejected: false, failed: false },
  idempotency: ['lookup', 'callback-token'],
  deadlineSeconds: 3_600,
  usualSeconds: 120,
} as const satisfies Partial<Capabilities>;

const TEXT: ModeCapabilities = text({ aspectRatios: RATIOS });

const kling1: Capabilities = {
  ...family,
  modes: {
    text: TEXT,
    first_frame: frames(1),
    first_last_frame: frames(2, { seconds: FIVE }),
  },
  resolutions: ['720p'],
  fps: 30,
  serviceTiers: ['std', 'pro'],
  vendorKeys: KLING_KEYS,
  usualSeconds: 90,
};

const kling15: Capabilities = {
  ...family,
  modes: { first_frame: frames(1), first_last_frame: frames(2, PRO) },
  fps: 30,
  vendorKeys: KLING_KEYS,
};

const kling16: Capabilities = {
  ...family,
  modes: {
    text: TEXT,
    first_frame: frames(1, { fps: 30 }),
    first_last_frame: frames(2, { ...PRO, fps: 30 }),
    reference: { ...TEXT, images: 4 },
  },
  vendorKeys: KLING_KEYS,
};

const kling2Master: Capabilities = {
  ...family,
  modes: { text: TEXT, first_frame: frames(1) },
  resolutions: ['720p'],
  usualSeconds: 240,
};

const kling21: Capabilities = {
  ...family,
  modes: { first_frame: frames(1), first_last_frame: frames(2, PRO) },
};

const kling21Master: Capabilities = {
  ...kling2Master,
  resolutions: ['1080p'],
  resolutionDefault: '1080p',
};

const kling25Turbo: Capabilities = {
  ...family,
  modes: { text: TEXT, first_frame: frames(1), first_last_frame: frames(2, PRO) },
};

const kling26: Capabilities = {
  ...kling25Turbo,
  modes: {
    ...kling25Turbo.modes,
    first_last_frame: frames(2, { ...PRO, audio: false }),
  },
  audio: true,
  audioResolutions: ['1080p'],
};

const kling3: Capabilities = {
  ...family,
  modes: { text: TEXT, first_frame: frames(1), first_last_frame: frames(2) },
  seconds: { min: 3, max: 15, default: 5 },
  audio: true,
  vendorKeys: KLING_KEYS,
  usualSeconds: 180,
};

/** Four images go beside a video, seven alone; four is right for both. */
const OMNI_REFERENCE: ModeCapabilities = { ...TEXT, images: 4, videos: 1 };

const omni = {
  ...family,
  resolutionDefault: '1080p',
  negativePrompt: false,
  vendorKeys: OMNI_KEYS,
  usualSeconds: 180,
} as const;

const klingO1: Capabilities = {
  ...omni,
  modes: {
    text: { ...TEXT, seconds: FIVE_OR_TEN },
    first_frame: frames(1, { seconds: FIVE_OR_TEN }),
    first_last_frame: frames(2),
    reference: OMNI_REFERENCE,
  },
  seconds: { min: 3, max: 10, default: 5 },
};

const kling3Omni: Capabilities = {
  ...omni,
  modes: {
    text: TEXT,
    first_frame: frames(1),
    first_last_frame: frames(2),
    // With a video among the references it makes no sound.
    reference: { ...OMNI_REFERENCE, audio: false },
  },
  seconds: { min: 3, max: 15, default: 5 },
  audio: true,
};

export const klingModels: Readonly<Record<string, Capabilities>> = {
  'kling-v1': kling1,
  'kling-v1-5': kling15,
  'kling-v1-6': kling16,
  'kling-v2-master': kling2Master,
  'kling-v2-1': kling21,
  'kling-v2-1-master': kling21Master,
  'kling-v2-5-turbo': kling25Turbo,
  'kling-v2-6': kling26,
  'kling-v3': kling3,
  'kling-video-o1': klingO1,
  'kling-v3-omni': kling3Omni,
};

const KIND_OF: Readonly<Record<Mode, Kind>> = {
  text: 'text2video',
  first_frame: 'image2video',
  first_last_frame: 'image2video',
  reference: 'multi-image2video',
};

const OMNI = new Set(['kling-video-o1', 'kling-v3-omni']);

/** Returns the endpoint that a request goes to (`image2video`). No reply names it. */
export function kindOf(model: string, mode: Mode): Kind {
  return OMNI.has(model) ? 'omni-video' : KIND_OF[mode];
}
