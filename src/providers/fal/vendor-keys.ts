import { z } from 'zod';
import type { VendorKeys } from '../../core/request/passthrough';
import type { Family } from './endpoints';

/**
 * The words of each family beyond ours, from the pages of its endpoints. An app drops a word that it does not know without
 * telling, so that the lists are closed.
 */

const boolean = z.boolean({ error: 'must be true or false' });

/** What the adapter writes for Veo, and nothing that would overrule it. */
export const VEO_KEYS: VendorKeys = {
  owned: [
    'prompt',
    'aspect_ratio',
    'duration',
    'resolution',
    'generate_audio',
    'negative_prompt',
    'seed',
    'image_url',
    'first_frame_url',
    'last_frame_url',
  ],
  checked: {
    auto_fix: boolean,
    safety_tolerance: z.enum(['1', '2', '3', '4', '5', '6']),
  },
  closed: true,
};

/** Several shots have prompts in place of the one that is priced and checked, and voices cost more. */
export const KLING_KEYS: VendorKeys = {
  owned: [
    'prompt',
    'aspect_ratio',
    'duration',
    'generate_audio',
    'negative_prompt',
    'start_image_url',
    'end_image_url',
    'multi_prompt',
    'shot_type',
    'elements',
    'voice_ids',
  ],
  checked: {
    cfg_scale: z
      .number({ error: 'must be a number' })
      .min(0, 'must lie between 0 and 1')
      .max(1, 'must lie between 0 and 1'),
  },
  closed: true,
};

export const SEEDANCE_KEYS: VendorKeys = {
  owned: [
    'prompt',
    'aspect_ratio',
    'duration',
    'resolution',
    'generate_audio',
    'seed',
    'image_url',
    'end_image_url',
    'image_urls',
    'video_urls',
    'audio_urls',
  ],
  checked: { end_user_id: z.string({ error: 'must be a string' }).min(1).max(200) },
  closed: true,
};

export const KEYS: Readonly<Record<Family, VendorKeys>> = {
  veo: VEO_KEYS,
  kling: KLING_KEYS,
  seedance: SEEDANCE_KEYS,
};
