/**
 * What a fresh checkout offers without any config: every model on a simulated channel, at a price for each second. An
 * operator's reelay.config.json is merged into it by name, as src/config/defaults.ts tells.
 */
export const DEFAULT_CHANNELS = {
  'ark-simulated': { provider: 'ark', simulated: true },
  'fal-simulated': { provider: 'fal', simulated: true },
  'google-simulated': { provider: 'google', simulated: true },
  'kling-simulated': { provider: 'kling', simulated: true },
  'minimax-simulated': { provider: 'minimax', simulated: true },
  'openai-simulated': { provider: 'openai', simulated: true },
  'replicate-simulated': { provider: 'replicate', simulated: true },
  'runway-simulated': { provider: 'runway', simulated: true },
} as const satisfies Record<string, { provider: string; simulated: true }>;

/** A public name, and what makes its videos. */
export interface DefaultModel {
  provider: string;
  /** The provider's id by the end of the host's name where it has that id; the first is used where all are simulated. */
  ids: readonly (readonly [host: string, id: string])[];
  price: { rows: readonly DefaultRow[] };
}

interface DefaultRow {
  when: { resolutions: readonly string[]; audio?: boolean; inputVideo?: boolean };
  /** Points. */
  perSecond: string;
  perInputSecond?: string;
  /** Points for each picture beyond the first `freeImages`. */
  perImage?: string;
  freeImages?: number;
}

/** Points for a second in each resolution. */
type Seconds = Readonly<Record<string, string>>;

const rows = (seconds: Seconds, when: Omit<DefaultRow['when'], 'resolutions'>): DefaultRow[] =>
  Object.entries(seconds).map(([resolution, perSecond]) => ({
    when: { ...when, resolutions: [resolution] },
    perSecond,
  }));

/** Its vendor takes less for each second where a video is among the inputs, and counts the seconds of that too. */
function seedance2(alone: Seconds, besideVideo: Seconds): DefaultModel {
  const beside = rows(besideVideo, { inputVideo: true });
  return {
    provider: 'ark',
    ids: [
      ['volces.com', 'doubao-seedance-2-0-260128'],
      ['bytepluses.com', 'dreamina-seedance-2-0-260128'],
    ],
    price: {
      rows: [
        ...rows(alone, { inputVideo: false }),
        ...beside.map((row) => ({ ...row, perInputSecond: row.perSecond })),
      ],
    },
  };
}

const bySound = (silent: Seconds, sounding: Seconds): DefaultModel['price'] => ({
  rows: [...rows(silent, { audio: false }), ...rows(sounding, { audio: true })],
});

const SEEDANCE_2 = seedance2(
  { '480p': '2.25', '720p': '5', '1080p': '12.4', '4k': '25.8' },
  { '480p': '1.4', '720p': '3.1', '1080p': '7.6', '4k': '15.5' },
);
const SEEDANCE_1_5: DefaultModel = {
  provider: 'ark',
  ids: [
    ['volces.com', 'doubao-seedance-1-5-pro-251215'],
    ['bytepluses.com', 'seedance-1-5-pro-251215'],
  ],
  price: bySound(
    { '480p': '0.7', '720p': '1.5', '1080p': '3.4' },
    { '480p': '1.4', '720p': '3', '1080p': '6.8' },
  ),
};
const kling = (id: string, price: DefaultModel['price']): DefaultModel => ({
  ...{ provider: 'kling', ids: [['klingai.com', id]], price },
});

/** Its vendor takes as much for a second that is looked at as for one that is made, and for pictures beyond the fifth. */
const MINIMAX_H3: DefaultModel = {
  provider: 'minimax',
  ids: [
    ['minimax.io', 'MiniMax-H3'],
    ['minimaxi.com', 'MiniMax-H3'],
  ],
  price: {
    rows: rows({ '768p': '3', '2k': '4.9' }, {}).map((row) => ({
      ...{ ...row, perInputSecond: row.perSecond },
      ...{ perImage: '1.5', freeImages: 5 },
    })),
  },
};

export const DEFAULT_MODELS: Readonly<Record<string, DefaultModel>> = {
  'seedance-2.0': SEEDANCE_2,
  'seedance-2-0': SEEDANCE_2,
  'seedance-1.5-pro': SEEDANCE_1_5,
  'seedance-v1.5-pro-t2v': SEEDANCE_1_5,
  'kling-3.0': kling(
    'kling-3.0',
    bySound({ '720p': '3', '1080p': '4', '4k': '15' }, { '720p': '4.5', '1080p': '6', '4k': '15' }),
  ),
  'seedance-2.0-fast': {
    provider: 'fal',
    ids: [['fal.run', 'bytedance/seedance-2.0/fast']],
    price: { rows: rows({ '480p': '4', '720p': '8.5' }, {}) },
  },
  'minimax-h3': MINIMAX_H3,
  // A server on this machine, whose model goes by this name there.
  'self-hosted': {
    ...{ provider: 'openai', ids: [['localhost', 'self-hosted']] },
    price: { rows: rows({ '480p': '1', '720p': '2.5', '1080p': '6' }, {}) },
  },
  'gemini-omni': {
    provider: 'google',
    ids: [['generativelanguage.googleapis.com', 'gemini-omni-1.1-flash']],
    price: { rows: rows({ '360p': '1.2', '720p': '3.6', '1080p': '5.4', '4k': '10.8' }, {}) },
  },
  'seedance-1-pro': {
    provider: 'replicate',
    ids: [['replicate.com', 'bytedance/seedance-1-pro']],
    price: { rows: rows({ '480p': '1.1', '720p': '2.1', '1080p': '5.3' }, {}) },
  },
  'gen-4.5': {
    provider: 'runway',
    ids: [['runwayml.com', 'gen4.5']],
    price: { rows: rows({ '720p': '4.3' }, {}) },
  },
  // The rest are names that callers know of models that their makers have switched off.
  'kling-v1': kling(
    'kling-v3',
    bySound({ '720p': '2', '1080p': '2.7', '4k': '10' }, { '720p': '3', '1080p': '4', '4k': '10' }),
  ),
  'sora-2': seedance2(
    { '480p': '3.6', '720p': '8', '1080p': '19.8', '4k': '41.2' },
    { '480p': '2.2', '720p': '5', '1080p': '12.1', '4k': '24.7' },
  ),
  'veo-3': seedance2(
    { '480p': '4.5', '720p': '10', '1080p': '24.8', '4k': '51.5' },
    { '480p': '2.8', '720p': '6.2', '1080p': '15.1', '4k': '30.9' },
  ),
};
