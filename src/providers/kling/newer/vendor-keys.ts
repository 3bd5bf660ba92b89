import { z } from 'zod';
import type { VendorKeys } from '../../../core/request/passthrough';

/**
 * Kling's own words on its newer wire. The adapter writes all four parts of a body, and puts a word of `settings` where it
 * belongs. Kling drops a field that it does not know, or finds in another place, without a word: so no other key passes.
 */

const OWNED = ['model', 'model_name', 'prompt', 'contents', 'settings', 'options'];

/** A model without words of its own. */
export const PLAIN_KEYS: VendorKeys = { owned: OWNED, checked: {}, closed: true };

/** A model that cuts its video into shots, as its prompt tells them (`shot 1, 3, a cat; shot 2, 2, a dog;`). */
export const SHOT_KEYS: VendorKeys = {
  ...PLAIN_KEYS,
  checked: { multi_shot: z.boolean({ error: 'must be true or false' }) },
};

/** The same beside a reference video, where the page wants shots. */
export const SHOT_KEYS_BESIDE_VIDEO: VendorKeys = {
  ...PLAIN_KEYS,
  checked: { multi_shot: z.literal(true) },
};
