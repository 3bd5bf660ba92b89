import type { Capabilities, ModeCapabilities } from '../../core/request/capabilities';
import type { VendorKeys } from '../../core/request/passthrough';
import { optionsOf } from './options';
import { GATEWAY_KEYS, SELF_HOSTED_KEYS, withCallerWords } from './vendor-keys';

/**
 * Kinds of servers and their models, of which a channel's own id is told by `like`: what OpenAI's two models took, what a
 * server takes that runs a model itself, and what another gateway of this kind takes. The last two are wide on purpose: only
 * the operator knows the model behind, and narrows what is offered (`offers`).
 *
 * Uncertain: the frame rate of sora-2, the size up to which it takes a picture (a data URL may have 20 MiB), and whether
 * a failed job was charged (assumed: no).
 */

const mode = (
  images: number,
  aspectRatioDefault: string,
  more: Partial<ModeCapabilities> = {},
): ModeCapabilities => ({ aspectRatioDefault, images, videos: 0, audios: 0, ...more });

const MIB = 1024 * 1024;

/** What none of them has, or all of them have. */
const family = {
  watermark: false,
  cameraFixed: false,
  lastFrame: false,
  serviceTiers: [],
  expiresAfterSeconds: false,
  safetyIdentifierLengthMax: 0,
  billed: { canceled: false, rejected: false, failed: false },
  deadlineSeconds: 7_200,
} as const;

/** The words that callers may use wherever such a server is, and those with what its channel opens. */
function wordsOf(keys: VendorKeys): Pick<Capabilities, 'vendorKeys' | 'vendorKeysBy'> {
  return {
    vendorKeys: keys,
    vendorKeysBy: (options) => withCallerWords(keys, optionsOf(options).callerWords),
  };
}

const PICTURES = { mimes: ['image/jpeg', 'image/png', 'image/webp'], bytesMax: 20 * MIB };

const sora2: Capabilities = {
  ...family,
  modes: { text: mode(0, '9:16'), first_frame: mode(1, '9:16') },
  promptLengthMax: 32_000,
  seconds: { min: 4, max: 12, default: 4, values: [4, 8, 12] },
  resolutions: ['720p'],
  resolutionDefault: '720p',
  aspectRatios: ['16:9', '9:16'],
  sizes: { '720p': { '16:9': [1280, 720], '9:16': [720, 1280] } },
  fps: 30,
  audio: true,
  audioAlways: true,
  seed: false,
  negativePrompt: false,
  media: { assets: true, linkOnly: [], images: PICTURES },
  ...wordsOf(GATEWAY_KEYS),
  cancel: 'none',
  idempotency: [],
  usualSeconds: 120,
};

/** Its middle size is 7:4 and not 16:9; a name with `p` that no other has tells it apart. */
const sora2Pro: Capabilities = {
  ...sora2,
  resolutions: ['720p', '1024p', '1080p'],
  sizes: {
    ...sora2.sizes,
    '1024p': { '16:9': [1792, 1024], '9:16': [1024, 1792] },
    '1080p': { '16:9': [1920, 1080], '9:16': [1080, 1920] },
  },
  usualSeconds: 240,
};

const selfHosted: Capabilities = {
  ...family,
  modes: { text: mode(0, '16:9'), first_frame: mode(1, '16:9') },
  promptLengthMax: 10_000,
  seconds: { min: 1, max: 30, default: 4 },
  resolutions: ['480p', '720p', '1080p'],
  resolutionDefault: '480p',
  aspectRatios: ['16:9', '9:16', '1:1'],
  sizes: {
    '480p': { '16:9': [832, 480], '9:16': [480, 832], '1:1': [640, 640] },
    '720p': { '16:9': [1280, 720], '9:16': [720, 1280], '1:1': [960, 960] },
    '1080p': { '16:9': [1920, 1080], '9:16': [1080, 1920], '1:1': [1440, 1440] },
  },
  fps: 24,
  audio: false,
  seed: { min: 0, max: 2_147_483_647 },
  negativePrompt: true,
  negativePromptLengthMax: 10_000,
  media: { assets: false, linkOnly: [] },
  ...wordsOf(SELF_HOSTED_KEYS),
  ownServers: true,
  // A DELETE takes the record with the job, and what is not there proves nothing: only a server of one's own is asked.
  cancel: 'none',
  idempotency: [],
  usualSeconds: 180,
};

const RATIOS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9'];

const reelay: Capabilities = {
  ...family,
  modes: {
    text: mode(0, '16:9', { aspectRatios: RATIOS }),
    first_frame: mode(1, 'adaptive'),
    first_last_frame: mode(2, 'adaptive'),
    reference: { aspectRatioDefault: '16:9', images: 9, videos: 3, audios: 3 },
  },
  promptLengthMax: 10_000,
  seconds: { min: 1, max: 60, default: 5 },
  resolutions: ['480p', '720p', '1080p', '4k'],
  resolutionDefault: '720p',
  aspectRatios: [...RATIOS, 'adaptive'],
  sizes: {
    '480p': { '16:9': [864, 480], '9:16': [480, 864], '1:1': [640, 640] },
    '720p': { '16:9': [1280, 720], '9:16': [720, 1280], '1:1': [960, 960] },
    '1080p': { '16:9': [1920, 1080], '9:16': [1080, 1920], '1:1': [1440, 1440] },
    '4k': { '16:9': [3840, 2160], '9:16': [2160, 3840], '1:1': [2880, 2880] },
  },
  fps: 24,
  audio: true,
  seed: { min: 0, max: 2_147_483_647 },
  watermark: true,
  lastFrame: true,
  negativePrompt: false,
  media: { assets: false, linkOnly: [] },
  ...wordsOf(GATEWAY_KEYS),
  cancel: 'running',
  idempotency: ['token', 'lookup'],
  usualSeconds: 120,
};

/** The profile of a gateway like this one, whose create is in words of its own. */
export const REELAY = 'reelay';

export const openaiModels: Readonly<Record<string, Capabilities>> = {
  'sora-2': sora2,
  'sora-2-pro': sora2Pro,
  'self-hosted': selfHosted,
  [REELAY]: reelay,
};
