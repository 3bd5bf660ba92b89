import type { VendorKeys } from '../../core/request/passthrough';

/** Ark's own words: everything that `submit.ts` writes, and `frames`, which wins over `duration`. */
export const ARK_KEYS: VendorKeys = {
  owned: [
    'model',
    'content',
    'callback_url',
    'resolution',
    'ratio',
    'duration',
    'frames',
    'generate_audio',
    'seed',
    'watermark',
    'camera_fixed',
    'return_last_frame',
    'service_tier',
    'execution_expires_after',
    'safety_identifier',
  ],
  checked: {},
};
