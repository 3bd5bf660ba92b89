/**
 * How fal counts what it bills, written down from its pages and from nothing of ours: it is what our prices are compared with.
 * Seedance costs by thousands of tokens, "height x width x duration x 24 / 1024"; the dollars for a second that stand beside
 * it are those of one frame more in each video. The others are counted in seconds here; what a unit of theirs is, fal tells
 * an account alone [?].
 */

type Pixels = readonly [width: number, height: number];

const RATIOS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9'];

/** Pixels in the order of the ratios, as the maker of Seedance tells them. */
const SEEDANCE: Readonly<Record<string, string>> = {
  '480p': '864x496 752x560 640x640 560x752 496x864 992x432',
  '720p': '1280x720 1112x834 960x960 834x1112 720x1280 1470x630',
  '1080p': '1920x1080 1664x1248 1440x1440 1248x1664 1080x1920 2206x946',
};

/** Pixels of the others: wide, tall and square. */
const OTHERS: Readonly<Record<string, readonly [Pixels, Pixels, Pixels]>> = {
  '720p': [
    [1280, 720],
    [720, 1280],
    [960, 960],
  ],
  '1080p': [
    [1920, 1080],
    [1080, 1920],
    [1440, 1440],
  ],
  '4k': [
    [3840, 2160],
    [2160, 3840],
    [2880, 2880],
  ],
};

/** Gives the pixels of a video; `auto` comes to 16:9. Throws for a resolution that no page has. */
export function sizeOf(isSeedance: boolean, resolution: string, ratio: string): Pixels {
  if (isSeedance) {
    const sizes = SEEDANCE[resolution]?.split(' ').map((size) => size.split('x').map(Number));
    const [width = 0, height = 0] = sizes?.[Math.max(0, RATIOS.indexOf(ratio))] ?? [];
    if (width === 0) throw new Error(`no page has pixels of ${resolution}`);
    return [width, height];
  }
  const sizes = OTHERS[resolution];
  if (!sizes) throw new Error(`no page has pixels of ${resolution}`);
  return sizes[ratio === '9:16' ? 1 : ratio === '1:1' ? 2 : 0];
}

/** Counts the units of a video: 108.9 for five seconds of Seedance in 1280x720, 8 for eight of another. */
export function countUnits(made: {
  isSeedance: boolean;
  width: number;
  height: number;
  seconds: number;
}): number {
  if (!made.isSeedance) return made.seconds;
  const frames = made.seconds * 24 + 1;
  return Math.floor((frames * made.width * made.height) / 1_024) / 1_000;
}
