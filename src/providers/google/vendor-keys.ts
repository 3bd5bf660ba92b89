import { z } from 'zod';
import type { VendorKeys } from '../../core/request/passthrough';

/**
 * Google's own words. Those of Veo stand in `parameters`, where Google drops what it does not know in silence; Omni refuses a
 * word that it does not know. So neither takes another word than the pages have.
 */

/** What the adapter writes into `parameters`, or would make another video, more of them, or put them elsewhere. */
const VEO_OWNED = [
  'sampleCount',
  'durationSeconds',
  'aspectRatio',
  'resolution',
  'generateAudio',
  'negativePrompt',
  'seed',
  'storageUri',
  'outputGcsUri',
  'gcsOutputDirectory',
  'fps',
  'pubsubTopic',
];

const oneOf = (...words: [string, ...string[]]): z.ZodType =>
  z.enum(words, { error: `must be ${words.join(' or ')}` });

/** The words of Veo's `parameters`. */
export const VEO_KEYS: VendorKeys = {
  at: 'parameters',
  owned: VEO_OWNED,
  checked: {
    personGeneration: oneOf('allow_all', 'allow_adult', 'dont_allow'),
    enhancePrompt: z.boolean({ error: 'must be true or false' }),
    compressionQuality: oneOf('OPTIMIZED', 'LOSSLESS'),
    resizeMode: oneOf('CROP', 'PAD'),
  },
  closed: true,
};

/** Omni has none: each field of an interaction says what is made, or where the answer goes. */
export const OMNI_KEYS: VendorKeys = {
  owned: [
    'model',
    'agent',
    'input',
    'background',
    'store',
    'stream',
    'previous_interaction_id',
    'response_format',
    'response_modalities',
    'generation_config',
    'webhook_config',
    'system_instruction',
    'tools',
  ],
  checked: {},
  closed: true,
};
