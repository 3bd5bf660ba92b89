/**
 * What a fresh checkout offers without any config: every model on a simulated channel, at a fixed price in points.
 * An operator's reelay.config.json replaces it entry by entry.
 */
export const DEFAULT_CATALOG = {
  channels: { 'ark-simulated': { provider: 'ark', simulated: true } },
  models: {
    'seedance-2.0': model('doubao-seedance-2-0-260128', '25'),
    'seedance-1.5-pro': model('doubao-seedance-1-5-pro-251215', '15'),
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
