import type { VendorKeys } from '../../core/request/passthrough';

/**
 * The words of each model that the adapter writes into `input`. Replicate refuses no word there that the model does not know,
 * and no schema that was read has a word beyond these that leaves the price as it is, so that the lists are closed and empty.
 */

const keysOf = (...owned: string[]): VendorKeys => ({
  at: 'input',
  owned,
  checked: {},
  closed: true,
});

export const VEO_KEYS = keysOf(
  'prompt',
  'aspect_ratio',
  'duration',
  'resolution',
  'generate_audio',
  'negative_prompt',
  'seed',
  'image',
  'last_frame',
  'reference_images',
);

/** Several shots have prompts in place of the one that is checked. */
export const KLING_KEYS = keysOf(
  'prompt',
  'aspect_ratio',
  'duration',
  'mode',
  'generate_audio',
  'negative_prompt',
  'start_image',
  'end_image',
  'multi_prompt',
);

export const SEEDANCE_KEYS = keysOf(
  'prompt',
  'aspect_ratio',
  'duration',
  'resolution',
  'fps',
  'camera_fixed',
  'seed',
  'image',
  'last_frame_image',
);
