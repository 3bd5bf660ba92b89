/**
 * What Kling takes for a video, counted from its own page of prices (https://kling.ai/document-api/pricing/base/video, a
 * copy of 2026-09-20) and from nothing of ours: it is what our prices are compared with.
 */

/** A line of the page: hundredths of a unit for a second in 720p, 1080p and 4k; null where the page has a dash. */
type Line = readonly [hd: number | null, fullHd: number | null, fourK: number | null];

type Features = 'silent' | 'sound' | 'voice' | 'video';

const PAGE: Readonly<Record<string, Partial<Record<Features, Line>>>> = {
  'Kling 3.0 Turbo': { sound: [80, 100, null] },
  'Kling 3.0': { silent: [60, 80, 300], sound: [90, 120, 300] },
  'Kling 3.0 Omni': { silent: [60, 80, 300], sound: [80, 100, 300], video: [90, 120, 300] },
  'Kling O1': { silent: [60, 80, null], video: [90, 120, null] },
  'Kling 2.6': { silent: [30, 50, null], sound: [null, 100, null], voice: [null, 120, null] },
  'Kling 2.5 Turbo': { silent: [30, 50, null] },
};

/** The name that the page has for an id of either wire. It has none for what is retired. */
const NAMES: Readonly<Record<string, string>> = {
  'kling-3.0-turbo': 'Kling 3.0 Turbo',
  'kling-3.0': 'Kling 3.0',
  'kling-v3': 'Kling 3.0',
  'kling-3.0-omni': 'Kling 3.0 Omni',
  'kling-v3-omni': 'Kling 3.0 Omni',
  'kling-o1': 'Kling O1',
  'kling-video-o1': 'Kling O1',
  'kling-2.6': 'Kling 2.6',
  'kling-v2-6': 'Kling 2.6',
  'kling-2.5-turbo': 'Kling 2.5 Turbo',
  'kling-v2-5-turbo': 'Kling 2.5 Turbo',
};

const COLUMNS = ['720p', '1080p', '4k'];

export interface Sold {
  model: string;
  resolution: string;
  seconds: number;
  sound: boolean;
  /** Whether the sound has voices of the caller's own. */
  voices: boolean;
  /** Whether there is a video among the inputs. */
  video: boolean;
}

/**
 * Counts the hundredths of a unit that a video costs. Undefined for a retired model, whose price no page tells any more.
 * Throws where the page has no price for such a video.
 */
export function countUnits({ model, resolution, seconds, ...has }: Sold): number | undefined {
  const name = NAMES[model];
  if (name === undefined) return undefined;
  const lines = PAGE[name] ?? {};
  const asked = has.video ? 'video' : !has.sound ? 'silent' : has.voices ? 'voice' : 'sound';
  // Turbo sounds whatever is asked for, and voices have a line of their own on 2.6 alone.
  const line = lines[asked] ?? (asked === 'video' ? undefined : lines.sound);
  const each = line?.[COLUMNS.indexOf(resolution)];
  if (each == null) throw new Error(`the page has no price for ${name}, ${asked}, ${resolution}`);
  return each * seconds;
}

const CENTS_PER_UNIT = 14;

/** Writes hundredths of a unit as units: `1.8`. */
export const unitsText = (hundredths: number): string => String(hundredths / 100);

/** Writes what hundredths of a unit are in dollars, at the price of the smallest pack: `0.252`. */
export const dollarsText = (hundredths: number): string =>
  String((hundredths * CENTS_PER_UNIT) / 10_000);
