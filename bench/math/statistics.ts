/** Summaries of measured values, as pure functions. */

/** The smallest value that at least this share of the values does not exceed (nearest rank); 0 of no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** The middle value, or the mean of the two middle ones; 0 of no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}

/** The number with at most so many digits after the point: `rounded(0.4567, 2)` is 0.46. */
export function rounded(value: number, digits = 0): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** How many times `base` the value is, with three digits after the point; 0 where the base is nothing. */
export function ratioOf(value: number, base: number): number {
  return base > 0 ? rounded(value / base, 3) : 0;
}

/** The median and the 99th percentile of durations, in milliseconds with one digit after the point. */
export interface Spread {
  p50: number;
  p99: number;
}

export function spreadOf(durationsMs: readonly number[]): Spread {
  return {
    p50: rounded(percentile(durationsMs, 0.5), 1),
    p99: rounded(percentile(durationsMs, 0.99), 1),
  };
}
