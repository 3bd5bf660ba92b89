/**
 * What a fresh checkout offers without any config: every model on a simulated channel, at a fixed price in points. An
 * operator's reelay.config.json is merged into it by name, as src/config/defaults.ts tells.
 */
export const DEFAULT_CHANNELS = {
  'ark-simulated': { provider: 'ark', simulated: true },
  'kling-simulated': { provider: 'kling', simulated: true },
} as const satisfies Record<string, { provider: string; simulated: true }>;

/** A public name, and what makes its videos. */
export interface DefaultModel {
  provider: string;
  /** The provider's id by the end of the host's name where it has that id; the first is used where all are simulated. */
  ids: readonly (readonly [host: string, id: string])[];
  /** Points. */
  perJob: string;
}

const SEEDANCE_2: Omit<DefaultModel, 'perJob'> = {
  provider: 'ark',
  ids: [
    ['volces.com', 'doubao-seedance-2-0-260128'],
    ['bytepluses.com', 'dreamina-seedance-2-0-260128'],
  ],
};
const SEEDANCE_1_5: Omit<DefaultModel, 'perJob'> = {
  provider: 'ark',
  ids: [
    ['volces.com', 'doubao-seedance-1-5-pro-251215'],
    ['bytepluses.com', 'seedance-1-5-pro-251215'],
  ],
};
const kling = (id: string): Omit<DefaultModel, 'perJob'> => ({
  provider: 'kling',
  ids: [['klingai.com', id]],
});

export const DEFAULT_MODELS: Readonly<Record<string, DefaultModel>> = {
  'seedance-2.0': { ...SEEDANCE_2, perJob: '25' },
  'seedance-2-0': { ...SEEDANCE_2, perJob: '25' },
  'seedance-1.5-pro': { ...SEEDANCE_1_5, perJob: '15' },
  'seedance-v1.5-pro-t2v': { ...SEEDANCE_1_5, perJob: '15' },
  'kling-3.0': { ...kling('kling-3.0'), perJob: '15' },
  // The rest are names that callers know of models that their makers have switched off.
  'kling-v1': { ...kling('kling-v3'), perJob: '10' },
  'sora-2': { ...SEEDANCE_2, perJob: '40' },
  'veo-3': { ...SEEDANCE_2, perJob: '50' },
};
