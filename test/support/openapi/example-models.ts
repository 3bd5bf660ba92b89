import type { FileConfigInput } from '../../../src/config';

/**
 * The models that the examples of the document name, on simulated channels. `clip-1` leads to two of a provider's models, as
 * a public name may: one takes references, the other seeds, drafts and a fixed camera.
 */
export const EXAMPLE_MODELS = {
  channels: { examples: { provider: 'ark', simulated: true } },
  models: {
    'clip-1': {
      channels: [
        { channel: 'examples', model: 'doubao-seedance-2-0-260128' },
        { channel: 'examples', model: 'doubao-seedance-1-5-pro-251215' },
      ],
      price: { perJob: '10' },
    },
    'seedance-v1.5-pro-t2v': {
      channels: [{ channel: 'examples', model: 'doubao-seedance-1-5-pro-251215' }],
      price: { perJob: '10' },
    },
  },
} satisfies FileConfigInput;
