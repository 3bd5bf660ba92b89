import { lengthsOf } from '../core/request/apply-capabilities';
import type { Capabilities } from '../core/request/capabilities';

/** A video that differs more than so many times from another should not have its price. */
const TIMES_MAX = 20;

/**
 * Says that one price is for videos that cost their provider very different amounts, by length and pixels; undefined where
 * they differ little. The capabilities are what is offered.
 */
export function spreadProblem(made: Capabilities): string | undefined {
  const lengths = lengthsOf(made.seconds);
  const shortest = Math.min(...lengths);
  const longest = Math.max(...lengths);
  const sized = made.resolutions
    .map((name) => ({ name, pixels: pixelsOf(made, name) }))
    .filter(({ pixels }) => pixels > 0)
    .sort((one, other) => one.pixels - other.pixels);
  const [smallest, largest] = [sized[0], sized.at(-1)];
  if (!smallest || !largest) return undefined;
  const times = (longest * largest.pixels) / (shortest * smallest.pixels);
  if (times <= TIMES_MAX) return undefined;
  const least = `${String(shortest)} s in ${smallest.name}`;
  const most = `${String(longest)} s in ${largest.name}`;
  return `is one price for ${least} and for ${most}, which is ${times.toFixed(0)} times as much video: write "perSecond", "rows" or "costTimes", or say by "offers" what it is for`;
}

const pixelsOf = ({ sizes }: Capabilities, resolution: string): number =>
  Math.max(0, ...Object.values(sizes[resolution] ?? {}).map(([width, height]) => width * height));
