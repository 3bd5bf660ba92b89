/**
 * What this Replicate makes, written down from the schemas of its models and from nothing of ours: the pixels of each model.
 * It counts the seconds that were made, and tells no sum.
 */

type Pixels = readonly [width: number, height: number];

const SEEDANCE: Readonly<Record<string, string>> = {
  '480p': '864x480 736x544 640x640 544x736 480x864 960x416',
  '720p': '1248x704 1120x832 960x960 832x1120 704x1248 1504x640',
  '1080p': '1920x1088 1664x1248 1440x1440 1248x1664 1088x1920 2176x928',
};
const OTHERS: Readonly<Record<string, string>> = {
  '720p': '1280x720 1120x832 960x960 832x1120 720x1280 1504x640',
  '1080p': '1920x1080 1664x1248 1440x1440 1248x1664 1080x1920 2176x928',
};
const RATIOS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9'];

/** Gives the pixels of a video; a picture's shape comes to 16:9. Throws for a resolution that no model makes. */
export function sizeOf(model: string, resolution: string, ratio: string): Pixels {
  const sizes = (model.startsWith('bytedance/') ? SEEDANCE : OTHERS)[resolution]?.split(' ');
  const [width = 0, height = 0] =
    sizes?.[Math.max(0, RATIOS.indexOf(ratio))]?.split('x').map(Number) ?? [];
  if (width === 0) throw new Error(`no model makes ${resolution}`);
  return [width, height];
}
