import type { Capabilities, Lengths } from '../../core/request/capabilities';
import { modeAt } from '../kit';
import { OMNI_KEYS, VEO_KEYS } from './vendor-keys';

/**
 * What each model of Google's takes: Gemini Omni and the retired Veo previews on the Gemini API, Veo 3.1 on Vertex AI, from
 * the vendor's pages as public copies had them in November 2026.
 *
 * Uncertain: how many characters a prompt may have (Veo's page says 1,024 tokens), whether Vertex takes 1080p and 4k in
 * 4 and 6 seconds as it says nothing else, how long Veo 3.1 stays there. Not offered: a last frame on Omni, whose wire no
 * page that we read shows; videos as references, to extend and to edit, whose length would be the input's.
 */

const SIZES = {
  '720p': { '16:9': [1280, 720], '9:16': [720, 1280] },
  '1080p': { '16:9': [1920, 1080], '9:16': [1080, 1920] },
} as const satisfies Capabilities['sizes'];

const TO_4K = {
  resolutions: ['720p', '1080p', '4k'],
  sizes: { ...SIZES, '4k': { '16:9': [3840, 2160], '9:16': [2160, 3840] } },
} as const satisfies Partial<Capabilities>;

const EIGHT: Lengths = { min: 8, max: 8, default: 8 };
const FOUR_TO_EIGHT: Lengths = { min: 4, max: 8, default: 8, values: [4, 6, 8] };

const mode = modeAt('16:9');

const family = {
  promptLengthMax: 4_000,
  resolutions: ['720p', '1080p'],
  resolutionDefault: '720p',
  aspectRatios: ['16:9', '9:16'],
  sizes: SIZES,
  fps: 24,
  audio: true,
  seed: false,
  watermark: false,
  cameraFixed: false,
  lastFrame: false,
  serviceTiers: [],
  expiresAfterSeconds: false,
  safetyIdentifierLengthMax: 0,
  negativePrompt: true,
  negativePromptLengthMax: 4_000,
  // Google fetches no picture of anybody's: it takes bytes, or objects of its own storage.
  media: {
    assets: false,
    linkOnly: [],
    bytesOnly: ['first_frame', 'last_frame', 'reference_image'],
    images: { mimes: ['image/jpeg', 'image/png'], bytesMax: 10_000_000 },
    bodyBytesMax: 20_000_000,
  },
  vendorKeys: VEO_KEYS,
  cancel: 'none',
  billed: { canceled: false, rejected: false, failed: false },
  idempotency: [],
  deadlineSeconds: 3_600,
  usualSeconds: 90,
} as const satisfies Partial<Capabilities>;

const FRAMES = {
  text: mode(0),
  first_frame: mode(1),
  first_last_frame: mode(2),
};

const veo31: Capabilities = {
  ...family,
  ...TO_4K,
  modes: { ...FRAMES, reference: mode(3, { seconds: EIGHT }) },
  seconds: FOUR_TO_EIGHT,
  audioDefault: true,
  seed: { min: 0, max: 4_294_967_295 },
};

/** Retired, and so told in the one length that goes with every resolution. The Gemini API has no word for silence. */
const preview31: Capabilities = {
  ...family,
  ...TO_4K,
  modes: { ...FRAMES, reference: mode(3) },
  seconds: EIGHT,
  audioAlways: true,
};
const lite31: Capabilities = {
  ...family,
  modes: FRAMES,
  seconds: EIGHT,
  audioAlways: true,
};
const veo3: Capabilities = {
  ...lite31,
  modes: { text: mode(0), first_frame: mode(1) },
};
const veo2: Capabilities = {
  ...family,
  modes: FRAMES,
  resolutions: ['720p'],
  seconds: { min: 5, max: 8, default: 8 },
  audio: false,
};

const omni: Capabilities = {
  ...family,
  modes: { text: mode(0), first_frame: mode(1), reference: mode(3) },
  seconds: { min: 3, max: 10, default: 8 },
  resolutions: ['360p', ...TO_4K.resolutions],
  sizes: { '360p': { '16:9': [640, 360], '9:16': [360, 640] }, ...TO_4K.sizes },
  audioAlways: true,
  negativePrompt: false,
  negativePromptLengthMax: 0,
  vendorKeys: OMNI_KEYS,
  cancel: 'running',
  idempotency: ['callback-token'],
  usualSeconds: 60,
};

/** The model that the Interactions API serves. */
export const omniModels: Readonly<Record<string, Capabilities>> = {
  'gemini-omni-1.1-flash': omni,
};

/** The models of Vertex AI, which need a service account and a project. */
export const vertexModels: Readonly<Record<string, Capabilities>> = {
  'veo-3.1-generate-001': veo31,
  'veo-3.1-fast-generate-001': veo31,
};

/** The models that the Gemini API served by long running operations; all of them are retired. */
export const geminiModels: Readonly<Record<string, Capabilities>> = {
  'veo-3.1-generate-preview': preview31,
  'veo-3.1-fast-generate-preview': preview31,
  'veo-3.1-lite-generate-preview': lite31,
  'veo-3.0-generate-001': veo3,
  'veo-3.0-fast-generate-001': veo3,
  'veo-2.0-generate-001': veo2,
};

/** Every model, those that are served first. */
export const googleModels: Readonly<Record<string, Capabilities>> = {
  ...omniModels,
  ...vertexModels,
  ...geminiModels,
};
