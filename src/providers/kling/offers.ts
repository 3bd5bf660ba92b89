import type { Capabilities, Lengths, ModeCapabilities } from '../../core/request/capabilities';

/** What the models of both of Kling's wires have in common. */

/** The shapes that a text is made in. */
export const RATIOS = ['16:9', '9:16', '1:1'] as const;

/** Pixels by resolution and shape; the provider names none for a square. */
export const SIZES = {
  '720p': { '16:9': [1280, 720], '9:16': [720, 1280] },
  '1080p': { '16:9': [1920, 1080], '9:16': [1080, 1920] },
} as const satisfies Capabilities['sizes'];

/** What a model has in place of the family's own where it makes 4k too. */
export const TO_4K = {
  resolutions: ['720p', '1080p', '4k'],
  sizes: { ...SIZES, '4k': { '16:9': [3840, 2160], '9:16': [2160, 3840] } },
  tierResolutions: { std: '720p', pro: '1080p', '4k': '4k' },
} as const satisfies Partial<Capabilities>;

/** Five or ten seconds. */
export const FIVE_OR_TEN: Lengths = { min: 5, max: 10, default: 5, values: [5, 10] };
const PICTURES = { mimes: ['image/jpeg', 'image/png'], bytesMax: 10 * 1024 * 1024 };

/** What a mode has in place of its model's own. */
export type Offer = Omit<ModeCapabilities, 'aspectRatioDefault' | 'images' | 'videos' | 'audios'>;

/** Makes the mode of a text alone. */
export const text = (offer: Offer = {}): ModeCapabilities => ({
  aspectRatioDefault: '16:9',
  images: 0,
  videos: 0,
  audios: 0,
  ...offer,
});

/** Makes a mode of frames: the picture keeps the shape of the first one, so there is no ratio to ask for. */
export const frames = (images: number, offer: Offer = {}): ModeCapabilities => ({
  ...text(offer),
  aspectRatioDefault: 'adaptive',
  aspectRatios: ['adaptive'],
  images,
});

/** The better quality alone. */
export const PRO: Offer = { resolutions: ['1080p'] };

/** What a model of Kling's has unless it says otherwise. */
export const family = {
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
  cancel: 'none',
  billed: { canceled: false, rejected: false, failed: false },
  idempotency: ['lookup', 'callback-token'],
  deadlineSeconds: 3_600,
  usualSeconds: 120,
} as const satisfies Partial<Capabilities>;

/** The mode of a text alone as nearly every model has it. */
export const TEXT: ModeCapabilities = text({ aspectRatios: RATIOS });
