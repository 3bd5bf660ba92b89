const SEEDANCE_2 = 'doubao-seedance-2-0-260128';
const SEEDANCE_1_5 = 'doubao-seedance-1-5-pro-251215';

/**
 * What a fresh checkout offers without any config: every model on a simulated channel, at a fixed price in points.
 * An operator's reelay.config.json replaces it entry by entry.
 */
export const DEFAULT_CATALOG = {
  channels: { 'ark-simulated': { provider: 'ark', simulated: true } },
  models: {
    'seedance-2.0': model(SEEDANCE_2, '25'),
    'seedance-2-0': model(SEEDANCE_2, '25'),
    'seedance-1.5-pro': model(SEEDANCE_1_5, '15'),
    'seedance-v1.5-pro-t2v': model(SEEDANCE_1_5, '15'),
    // Until their own providers are built.
    'sora-2': model(SEEDANCE_2, '40'),
    'veo-3': model(SEEDANCE_2, '50'),
  },
} as const satisfies {
  channels: Record<string, { provider: string; simulated: true }>;
  models: Record<string, ReturnType<typeof model>>;
};

function model(id: string, points: string) {
  return {
    channels: [{ channel: 'ark-simulated', model: id }],
    price: { perJob: points },
    groups: ['default'],
  };
}
