import type { Capabilities, Lengths, ModeCapabilities } from '../../core/request/capabilities';
import type { Mode } from '../../core/request/request';
import { family as both, FIVE_OR_TEN, frames, PRO, TEXT, TO_4K } from './offers';
import type { Kind } from './schema';
import { KLING_2_KEYS, KLING_KEYS, OMNI_KEYS } from './vendor-keys';

/**
 * What each model of Kling's older wire takes, from the provider's capability map and its pages for text, image, multi-image and omni
 * video, as public copies of them had it in November 2026; the pages themselves were not read.
 *
 * Its `mode` (std, pro) is a picture quality on most models, so it follows from the resolution; on kling-v1 both make
 * 720p, and there it is the service tier. Models with one quality get no `mode` at all; the word for the other is
 * refused.
 *
 * Uncertain: the frame rate from kling-v2-6 on (not in the map; 24 as its neighbours); whether failed jobs are billed
 * (assumed: no); the limits of kling-v3 and kling-v3-omni (from resellers' copies). Not offered: the ids of Kling 4,
 * on which no page agrees, and a video to be edited (its length would be the input's, and the price with it).
 */

const FIVE: Lengths = { min: 5, max: 5, default: 5 };

const family = { ...both, vendorKeys: KLING_2_KEYS } as const;

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
  ...TO_4K,
  modes: { text: TEXT, first_frame: frames(1), first_last_frame: frames(2) },
  seconds: { min: 3, max: 15, default: 5 },
  audio: true,
  vendorKeys: KLING_KEYS,
  usualSeconds: 180,
};

const OMNI_REFERENCE: ModeCapabilities = {
  ...TEXT,
  images: 7,
  videos: 1,
  besideVideo: { images: 4, audio: false },
};

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
  ...TO_4K,
  modes: {
    text: TEXT,
    first_frame: frames(1),
    first_last_frame: frames(2),
    reference: OMNI_REFERENCE,
  },
  seconds: { min: 3, max: 15, default: 5 },
  audio: true,
};

/** The models of the older wire, whose create names them in its body. */
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
