import type { Capabilities, ModeCapabilities } from '../../core/request/capabilities';
import { DEADLINE_MARGIN_SECONDS } from '../../core/job/deadline';
import { ARK_KEYS } from './vendor-keys';

/**
 * What each Seedance generation takes, from the provider's create-task page (docs 82379/1520757, read November 2026).
 * Uncertain, because the page of today has dropped 1.5 or contradicts an older one: the pixel sizes and ratios of
 * 1.5 pro (taken from the page of late 2025), the upper end of `seed` (2^31-1 today, 2^32-1 before; the narrower is
 * safe with both), 4k on 2.5 (not offered today, announced elsewhere), and `seed` on 2.x (the page says no, and so does
 * who tried it on 2.0; one client sends it all the same).
 */

const RATIOS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9'] as const;
type Pixels = readonly [number, number];

function row(...sizes: [Pixels, Pixels, Pixels, Pixels, Pixels, Pixels]): Record<string, Pixels> {
  return Object.fromEntries(RATIOS.map((ratio, index) => [ratio, sizes[index] ?? sizes[0]]));
}

const SIZES_1_0 = {
  '480p': row([864, 480], [736, 544], [640, 640], [544, 736], [480, 864], [960, 416]),
  '720p': row([1248, 704], [1120, 832], [960, 960], [832, 1120], [704, 1248], [1504, 640]),
  '1080p': row([1920, 1088], [1664, 1248], [1440, 1440], [1248, 1664], [1088, 1920], [2176, 928]),
};
const SIZES_2_0 = {
  '480p': row([864, 496], [752, 560], [640, 640], [560, 752], [496, 864], [992, 432]),
  '720p': row([1280, 720], [1112, 834], [960, 960], [834, 1112], [720, 1280], [1470, 630]),
  '1080p': row([1920, 1080], [1664, 1248], [1440, 1440], [1248, 1664], [1080, 1920], [2206, 946]),
  '4k': row([3840, 2160], [3326, 2494], [2880, 2880], [2494, 3326], [2160, 3840], [4398, 1886]),
};
const SIZES_2_5_480P = row([854, 480], [752, 560], [640, 640], [560, 752], [480, 854], [992, 432]);

const SEED = { min: 0, max: 2_147_483_647 };

/** The provider's own default for `execution_expires_after`, sent by nobody unless asked for. */
export const EXPIRES_AFTER_DEFAULT_SECONDS = 172_800;

/** The pages recommend 500 Chinese characters or 1,000 English words and state no limit; this is ours [?]. */
const PROMPT_LENGTH_MAX = 10_000;

const DEADLINE_SECONDS = 7_200;
/** A `flex` job may take as long as the provider lets it. */
const FLEX_DEADLINE_SECONDS = EXPIRES_AFTER_DEFAULT_SECONDS + DEADLINE_MARGIN_SECONDS;

const MIB = 1024 * 1024;
/** "< 30 MB" each; of the types that Ark lists these are the ones that the gateway takes as files. */
const PICTURES = {
  mimes: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
  bytesMax: 30 * MIB,
};

const mode = (images: number, aspectRatioDefault: string): ModeCapabilities => ({
  aspectRatioDefault,
  images,
  videos: 0,
  audios: 0,
});

/** Flags of a prompt that decide what is made, from the page of the older models. */
const PROMPT_FLAGS = [
  ...['--duration', '--dur', '--frames', '--framespersecond', '--fps'],
  ...['--resolution', '--rs', '--ratio', '--rt'],
];

const family = {
  promptLengthMax: PROMPT_LENGTH_MAX,
  // The body beats every flag that it has a field for; `frames` is a field of no body of ours.
  promptFlags: { all: PROMPT_FLAGS, overrule: ['--frames', '--framespersecond'] },
  aspectRatios: [...RATIOS, 'adaptive'],
  fps: 24,
  watermark: true,
  lastFrame: true,
  expiresAfterSeconds: { min: 3_600, max: 259_200 },
  safetyIdentifierLengthMax: 64,
  negativePrompt: false,
  media: {
    assets: true,
    linkOnly: ['reference_video'],
    images: PICTURES,
    // "request body <= 64 MB": read as MiB, so that nothing is refused here which Ark would take.
    bodyBytesMax: 64 * MIB,
  },
  vendorKeys: ARK_KEYS,
  cancel: 'queued',
  billed: { canceled: false, rejected: false, failed: false },
  idempotency: ['callback-token'],
  deadlineSeconds: DEADLINE_SECONDS,
} as const;

const adaptiveModes = {
  text: mode(0, 'adaptive'),
  first_frame: mode(1, 'adaptive'),
  first_last_frame: mode(2, 'adaptive'),
};

// A text gives 1.0 nothing to adapt to, so this mode has no `adaptive`.
const textOf10 = { ...mode(0, '16:9'), aspectRatios: RATIOS };

const seedance10Pro: Capabilities = {
  ...family,
  modes: { ...adaptiveModes, text: textOf10 },
  seconds: { min: 2, max: 12, default: 5 },
  resolutions: ['480p', '720p', '1080p'],
  resolutionDefault: '1080p',
  sizes: SIZES_1_0,
  audio: false,
  seed: SEED,
  cameraFixed: true,
  serviceTiers: ['default', 'flex'],
  tierDeadlineSeconds: { flex: FLEX_DEADLINE_SECONDS },
  usualSeconds: 60,
};

/** The page of the model (docs 82379/1901652) names two ways to use it, a text and a first frame. */
const seedance10ProFast: Capabilities = {
  ...seedance10Pro,
  modes: { text: textOf10, first_frame: adaptiveModes.first_frame },
  usualSeconds: 30,
};

const seedance15Pro: Capabilities = {
  ...seedance10Pro,
  modes: adaptiveModes,
  seconds: { min: 4, max: 12, default: 5, auto: true },
  resolutionDefault: '720p',
  sizes: { '480p': SIZES_2_0['480p'], '720p': SIZES_2_0['720p'], '1080p': SIZES_2_0['1080p'] },
  audio: true,
  audioDefault: true,
  usualSeconds: 90,
};

const seedance20: Capabilities = {
  ...family,
  modes: {
    ...adaptiveModes,
    reference: { aspectRatioDefault: 'adaptive', images: 9, videos: 3, audios: 3 },
  },
  seconds: { min: 4, max: 15, default: 5, auto: true },
  resolutions: ['480p', '720p', '1080p', '4k'],
  resolutionDefault: '720p',
  sizes: SIZES_2_0,
  audio: true,
  audioDefault: true,
  seed: false,
  cameraFixed: false,
  serviceTiers: ['default'],
  usualSeconds: 120,
};

const seedance20Fast: Capabilities = {
  ...seedance20,
  resolutions: ['480p', '720p'],
  sizes: { '480p': SIZES_2_0['480p'], '720p': SIZES_2_0['720p'] },
  usualSeconds: 90,
};

/** The page of the 2.0 models tells nothing of mini that fast has not. */
const seedance20Mini: Capabilities = { ...seedance20Fast, usualSeconds: 60 };

const seedance25: Capabilities = {
  ...seedance20,
  modes: {
    text: mode(0, 'adaptive'),
    // The output keeps the shape of the first frame; any other ratio is refused.
    first_frame: { ...mode(1, 'adaptive'), aspectRatios: ['adaptive'] },
    first_last_frame: { ...mode(2, 'adaptive'), aspectRatios: ['adaptive'] },
    reference: {
      aspectRatioDefault: 'adaptive',
      images: 30,
      videos: 10,
      audios: 10,
      audioAlone: true,
    },
  },
  // The provider's own default is -1 here; 5 keeps the price of an unspecified request predictable.
  seconds: { min: 4, max: 30, default: 5, auto: true, unsaid: -1 },
  resolutions: ['480p', '720p', '1080p'],
  sizes: { '480p': SIZES_2_5_480P, '720p': SIZES_2_0['720p'], '1080p': SIZES_2_0['1080p'] },
  usualSeconds: 180,
};

/** The capabilities by model id: `doubao-` in China, the others on the international host. */
export const arkModels: Readonly<Record<string, Capabilities>> = {
  'doubao-seedance-1-0-pro-250528': seedance10Pro,
  'doubao-seedance-1-0-pro-fast-251015': seedance10ProFast,
  'doubao-seedance-1-5-pro-251215': seedance15Pro,
  'doubao-seedance-2-0-260128': seedance20,
  'doubao-seedance-2-0-fast-260128': seedance20Fast,
  'doubao-seedance-2-0-mini-260615': seedance20Mini,
  'doubao-seedance-2-5-260628': seedance25,
  'seedance-1-0-pro-250528': seedance10Pro,
  'seedance-1-0-pro-fast-251015': seedance10ProFast,
  'seedance-1-5-pro-251215': seedance15Pro,
  'dreamina-seedance-2-0-260128': seedance20,
  'dreamina-seedance-2-0-fast-260128': seedance20Fast,
  'dreamina-seedance-2-0-mini-260615': seedance20Mini,
  'dreamina-seedance-2-5-260628': seedance25,
};
