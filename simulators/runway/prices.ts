/**
 * What Runway takes for a video, counted from what is told of its page of prices
 * (https://docs.dev.runwayml.com/guides/pricing/, autumn 2026) and from nothing of ours: it is what our prices are compared
 * with.
 */

/** Credits for a second: without sound, with it. Of a model whose prices depend on the resolution, one entry for each. */
const SECONDS: Readonly<Record<string, readonly [silent: number, sounding: number]>> = {
  'gen4.5': [12, 12],
  gen4_turbo: [5, 5],
  'veo3.1': [20, 40],
  'veo3.1_fast': [10, 15],
  'seedance2 480p': [36, 36],
  'seedance2 720p': [36, 36],
  'seedance2 1080p': [40, 40],
};

/** The resolutions of Seedance by the pixels of a frame, which are as good as the same in every shape. */
const AREAS: readonly (readonly [below: number, resolution: string])[] = [
  [600_000, '480p'],
  [1_500_000, '720p'],
  [Infinity, '1080p'],
];

export interface Sold {
  model: string;
  width: number;
  height: number;
  hasSound: boolean;
}

/** Counts the credits that a second costs. Throws where the page has no price for such a video. */
export function creditsPerSecond({ model, width, height, hasSound }: Sold): number {
  const resolution = AREAS.find(([below]) => width * height < below)?.[1] ?? '';
  const each = SECONDS[model] ?? SECONDS[`${model} ${resolution}`];
  if (!each) throw new Error(`the page has no price for ${model} in ${resolution}`);
  return each[hasSound ? 1 : 0];
}
