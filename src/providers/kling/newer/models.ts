import type { Capabilities, Lengths, ModeCapabilities } from '../../../core/request/capabilities';
import type { Mode } from '../../../core/request/request';
import { family as both, FIVE_OR_TEN, frames, PRO, TEXT, TO_4K } from '../offers';
import type { Door } from './schema';
import { PLAIN_KEYS, SHOT_KEYS, SHOT_KEYS_BESIDE_VIDEO } from './vendor-keys';

/**
 * What each model of Kling's newer wire takes, from the vendor's pages as a public copy had them on 2026-09-20.
 *
 * Uncertain: the frame rate (24 as on the older wire); the length of a prompt where the page gives none (2,500 as on the
 * older wire); whether failed jobs are billed (assumed: no). Not offered: elements, voices, motion control, and a video to
 * be edited, whose length and price would be the input's.
 */

const UP_TO_FIFTEEN: Lengths = { min: 3, max: 15, default: 5 };
const UP_TO_TEN: Lengths = { min: 3, max: 10, default: 5 };

const family = {
  ...both,
  negativePrompt: false,
  negativePromptLengthMax: 0,
  media: {
    ...both.media,
    images: { mimes: ['image/jpeg', 'image/png'], bytesMax: 50_000_000 },
  },
  vendorKeys: PLAIN_KEYS,
} as const;

const FRAMES = {
  first_frame: frames(1),
  first_last_frame: frames(2),
};

const turbo3: Capabilities = {
  ...family,
  modes: { text: TEXT, first_frame: frames(1, { promptLengthMax: 2_500 }) },
  promptLengthMax: 3_072,
  seconds: UP_TO_FIFTEEN,
  audio: true,
  audioAlways: true,
};

const kling3: Capabilities = {
  ...family,
  ...TO_4K,
  modes: { text: TEXT, ...FRAMES },
  promptLengthMax: 3_072,
  seconds: UP_TO_FIFTEEN,
  audio: true,
  vendorKeys: SHOT_KEYS,
  usualSeconds: 180,
};

const REFERENCES: ModeCapabilities = {
  ...TEXT,
  images: 7,
  videos: 1,
  besideVideo: { images: 4, audio: false },
};

const kling3Omni: Capabilities = {
  ...kling3,
  promptLengthMax: family.promptLengthMax,
  modes: {
    text: TEXT,
    ...FRAMES,
    reference: {
      ...REFERENCES,
      besideVideo: { ...REFERENCES.besideVideo, vendorKeys: SHOT_KEYS_BESIDE_VIDEO },
    },
  },
};

/** Its `audio` knows the sound of a video that it is given, and makes none of its own. */
const klingO1: Capabilities = {
  ...family,
  modes: {
    text: TEXT,
    ...FRAMES,
    first_frame: frames(1, { seconds: FIVE_OR_TEN }),
    reference: REFERENCES,
  },
  seconds: UP_TO_TEN,
  usualSeconds: 180,
};

const turbo25: Capabilities = {
  ...family,
  modes: { text: TEXT, first_frame: frames(1), first_last_frame: frames(2, PRO) },
};

const kling26: Capabilities = {
  ...turbo25,
  modes: { ...turbo25.modes, first_last_frame: frames(2, { ...PRO, audio: false }) },
  audio: true,
  audioResolutions: ['1080p'],
};

/** The models of the newer wire, whose paths name them. */
export const newerModels: Readonly<Record<string, Capabilities>> = {
  'kling-3.0-turbo': turbo3,
  'kling-3.0': kling3,
  'kling-3.0-omni': kling3Omni,
  'kling-o1': klingO1,
  'kling-2.6': kling26,
  'kling-2.5-turbo': turbo25,
};

const OMNI = new Set(['kling-3.0-omni', 'kling-o1']);
/** Models whose `settings` have a word for sound; a model without one is sent none. */
const WITH_AUDIO = new Set(['kling-3.0', 'kling-3.0-omni', 'kling-o1', 'kling-2.6']);
const WITH_SHOTS = new Set(['kling-3.0', 'kling-3.0-omni']);

/** Returns the first part of the path that makes a job of that model and mode. */
export function doorOf(model: string, mode: Mode): Door {
  if (OMNI.has(model)) return 'omni-video';
  return mode === 'text' ? 'text-to-video' : 'image-to-video';
}

/** Says which words a model has in `settings` beside those that all have. */
export const settingsOf = (model: string): { audio: boolean; shots: boolean } => ({
  audio: WITH_AUDIO.has(model),
  shots: WITH_SHOTS.has(model),
});
