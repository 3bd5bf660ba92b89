const SEEDANCE_2 = { channel: 'ark-simulated', model: 'doubao-seedance-2-0-260128' };
const SEEDANCE_1_5 = { channel: 'ark-simulated', model: 'doubao-seedance-1-5-pro-251215' };
const KLING_1 = { channel: 'kling-simulated', model: 'kling-v1' };

/**
 * What a fresh checkout offers without any config: every model on a simulated channel, at a fixed price in points.
 * The channels or models of an operator's reelay.config.json take the place of all of these.
 */
export const DEFAULT_CATALOG = {
  channels: {
    'ark-simulated': { provider: 'ark', simulated: true },
    'kling-simulated': { provider: 'kling', simulated: true },
  },
  models: {
    'seedance-2.0': model(SEEDANCE_2, '25'),
    'seedance-2-0': model(SEEDANCE_2, '25'),
    'seedance-1.5-pro': model(SEEDANCE_1_5, '15'),
    'seedance-v1.5-pro-t2v': model(SEEDANCE_1_5, '15'),
    'kling-v1': model(KLING_1, '10'),
    // Until their own providers are built.
    'sora-2': model(SEEDANCE_2, '40'),
    'veo-3': model(SEEDANCE_2, '50'),
  },
} as const satisfies {
  channels: Record<string, { provider: string; simulated: true }>;
  models: Record<string, ReturnType<typeof model>>;
};

function model(choice: { channel: string; model: string }, points: string) {
  return {
    channels: [choice],
    price: { perJob: points },
    groups: ['default'],
  };
}
