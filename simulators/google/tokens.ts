/**
 * What Omni counts, from Google's page of prices (https://ai.google.dev/gemini-api/docs/pricing, as it was quoted on
 * 2026-11-11) and from nothing of ours: it is what our prices are compared with.
 */

/** Tokens for a second of video with its sound: 360p, 720p, 1080p, 4k. */
const LINES: readonly (readonly [resolution: string, tokens: number])[] = [
  ['360p', 1931],
  ['720p', 5792],
  ['1080p', 8688],
  ['4k', 17376],
];

/** Counts the tokens of a video. Throws for a resolution that the page does not have. */
export function countTokens(resolution: string, seconds: number): number {
  const line = LINES.find(([name]) => name === resolution);
  if (!line) throw new Error(`the page has no tokens for ${resolution}`);
  return line[1] * seconds;
}
