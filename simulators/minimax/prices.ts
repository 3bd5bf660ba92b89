/**
 * What MiniMax takes for a video, counted from what is told of its page of prices
 * (https://platform.minimax.io/docs/guides/pricing-paygo, autumn 2026) and from nothing of ours: it is what our prices are
 * compared with.
 */

/** Cents for a second of H3, by model and resolution; seconds of videos among the inputs cost the same. */
const SECONDS: Readonly<Record<string, number>> = {
  'MiniMax-H3 768P': 8,
  'MiniMax-H3 2K': 13,
  'MiniMax-H3-Max 480P': 5,
  'MiniMax-H3-Max 768P': 8,
};
/** Cents for a picture among the inputs of H3 beyond the fifth. */
const PICTURE = 4;
const FREE_PICTURES = 5;

/** Cents for a video of Hailuo. */
const VIDEOS: Readonly<Record<string, number>> = {
  'MiniMax-Hailuo-2.3-Fast 768P 6': 19,
  'MiniMax-Hailuo-2.3-Fast 768P 10': 32,
  'MiniMax-Hailuo-2.3-Fast 1080P 6': 33,
  'MiniMax-Hailuo-2.3 768P 6': 28,
  'MiniMax-Hailuo-2.3 768P 10': 56,
  'MiniMax-Hailuo-2.3 1080P 6': 49,
  'MiniMax-Hailuo-02 768P 6': 28,
  'MiniMax-Hailuo-02 768P 10': 56,
  'MiniMax-Hailuo-02 1080P 6': 49,
  'MiniMax-Hailuo-02 512P 6': 10,
  'MiniMax-Hailuo-02 512P 10': 15,
};

export interface Sold {
  model: string;
  /** The vendor's own word, `768P`. */
  resolution: string;
  seconds: number;
  /** Pictures among the inputs. */
  pictures: number;
  /** Seconds of the videos among the inputs. */
  inputSeconds: number;
}

/** Counts the cents that a video costs. Throws where the page has no price for such a video. */
export function countCents({ model, resolution, seconds, pictures, inputSeconds }: Sold): number {
  const video = `${model} ${resolution}`;
  const each = SECONDS[video];
  if (each !== undefined) {
    return each * (seconds + inputSeconds) + PICTURE * Math.max(0, pictures - FREE_PICTURES);
  }
  const whole = VIDEOS[`${video} ${String(seconds)}`];
  if (whole === undefined) throw new Error(`the page has no price for ${video}`);
  return whole;
}
