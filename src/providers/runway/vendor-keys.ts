import { z } from 'zod';
import type { VendorKeys } from '../../core/request/passthrough';

/**
 * Runway's own words that callers may use. Models of other makers took words that they did not know without a word until
 * September 2026, so that the lists are closed.
 */

const moderation = z.strictObject({
  publicFigureThreshold: z.enum(['auto', 'low'], { error: 'must be auto or low' }).optional(),
});

const ALL = ['model', 'promptText', 'promptImage', 'duration', 'ratio', 'seed'];

/** Another form of the file costs more for each second. */
export const GEN4_KEYS: VendorKeys = {
  owned: [...ALL, 'outputFormat', 'proresProfile'],
  checked: { contentModeration: moderation },
  closed: true,
};

export const VEO_KEYS: VendorKeys = {
  owned: [...ALL, 'audio', 'negativePrompt'],
  checked: {},
  closed: true,
};

export const SEEDANCE_KEYS: VendorKeys = {
  owned: [...ALL, 'audio', 'references', 'referenceVideos', 'referenceAudio'],
  checked: {},
  closed: true,
};
