/**
 * How Ark counts, written down anew from its pages (create call 82379/1520757, prices 82379/1544106) and from nothing of
 * ours: it is what our prices are compared with. That there is one frame more than the seconds have, and that a fraction of
 * a token is dropped, is not on the pages; users of the real service measured it.
 */

type Pixels = readonly [width: number, height: number];

const RATIOS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9'];

/** Pixels in the order of the ratios, by generation and resolution. */
const PAGE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '1-0': {
    '480p': '864x480 736x544 640x640 544x736 480x864 960x416',
    '720p': '1248x704 1120x832 960x960 832x1120 704x1248 1504x640',
    '1080p': '1920x1088 1664x1248 1440x1440 1248x1664 1088x1920 2176x928',
  },
  '2-0': {
    '480p': '864x496 752x560 640x640 560x752 496x864 992x432',
    '720p': '1280x720 1112x834 960x960 834x1112 720x1280 1470x630',
    '1080p': '1920x1080 1664x1248 1440x1440 1248x1664 1080x1920 2206x946',
    '4k': '3840x2160 3326x2494 2880x2880 2494x3326 2160x3840 4398x1886',
  },
  '2-5': {
    '480p': '854x480 752x560 640x640 560x752 480x854 992x432',
  },
};

/** Gives the generation of an id; 1.5 makes the sizes of 2.0. */
function generationOf(model: string): string {
  const told = /seedance-(\d-\d)-/.exec(model)?.[1] ?? '';
  return told === '1-5' ? '2-0' : told;
}

/** Gives the pixels of each ratio that a model makes in a resolution. Throws for one that no page has. */
export function sizesOf(model: string, resolution: string): Readonly<Record<string, Pixels>> {
  const line = PAGE[generationOf(model)]?.[resolution] ?? PAGE['2-0']?.[resolution];
  if (line === undefined) throw new Error(`no page has pixels of ${model} in ${resolution}`);
  const sizes = line.split(' ').map((size) => size.split('x').map(Number));
  return Object.fromEntries(
    RATIOS.map((ratio, index) => [ratio, [sizes[index]?.[0] ?? 0, sizes[index]?.[1] ?? 0]]),
  );
}

/** What of a task its tokens depend on. */
export interface Counted {
  model: string;
  width: number;
  height: number;
  /** The seconds that were made. */
  seconds: number;
  /** The frames that were asked for in place of seconds. */
  frames?: number | undefined;
  /** Seconds of the videos among the inputs, all together. */
  inputSeconds: number;
  /** What a draft counts less: a share of the whole. */
  share: number;
}

/** Counts the tokens of a video: 108,900 for 5 s of 1280x720. */
export function countTokens(task: Counted): number {
  const whole = task.seconds + task.inputSeconds;
  const seconds = task.inputSeconds > 0 ? Math.max(whole, leastSeconds(task)) : whole;
  const frames = task.frames ?? seconds * 24 + 1;
  return Math.floor((frames * task.width * task.height * task.share) / 1024);
}

/**
 * Gives the seconds, inputs and output together, that a video made from a video is counted for at least: seven for four,
 * nine for five, ten for six. The page has the nine alone, and a reseller the rest up to fifteen for nine [?].
 */
const leastSeconds = ({ seconds }: Counted): number => Math.ceil((seconds * 5) / 3);

/** What a draft of 1.5 counts of a whole video, by the page of prices. That of 2.5 is on no page. */
export const draftShare = (hasSound: boolean): number => (hasSound ? 0.6 : 0.7);
