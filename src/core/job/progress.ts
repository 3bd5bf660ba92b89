/** Turns a provider's `33.3` into 33, within 0 to 100; what is no number is no progress, null. */
export function wholePercent(progress: number | null): number | null {
  if (progress === null || Number.isNaN(progress)) return null;
  return Math.min(100, Math.max(0, Math.round(progress)));
}
