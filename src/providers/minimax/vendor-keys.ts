import { z } from 'zod';
import type { VendorKeys } from '../../core/request/passthrough';

/** MiniMax's own words. No page says what becomes of a word that it does not know, so that no other passes. */

const boolean = z.boolean({ error: 'must be true or false' });

/** Everything that the older wire's create is made of. */
export const HAILUO_KEYS: VendorKeys = {
  owned: [
    'model',
    'prompt',
    'first_frame_image',
    'last_frame_image',
    'subject_reference',
    'duration',
    'resolution',
    'aigc_watermark',
    'callback_url',
  ],
  checked: { prompt_optimizer: boolean, fast_pretreatment: boolean },
  closed: true,
};

export const H3_KEYS: VendorKeys = {
  owned: ['model', 'content', 'resolution', 'ratio', 'duration', 'aigc_watermark', 'callback_url'],
  checked: {},
  closed: true,
};

/** H3-Max writes prompts out, and may be told how far. */
export const H3_MAX_KEYS: VendorKeys = {
  ...H3_KEYS,
  checked: {
    extra: z.strictObject({ prompt_expansion_mode: z.enum(['disabled', 'balanced', 'quality']) }),
  },
};
