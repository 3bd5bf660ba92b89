/** Money is an integer count of micro-points (1 point = 1,000,000) in a bigint; floats never touch it. */
export const MICRO_PER_POINT = 1_000_000n;

const POINTS = /^(\d{1,12})(?:\.(\d{1,6}))?$/;

/** Reads micro-points from a decimal text such as "25" or "0.5". Throws on anything else. */
export function parsePoints(text: string): bigint {
  const match = POINTS.exec(text);
  if (!match) throw new Error(`not an amount of points: "${text}" (digits, at most six decimals)`);
  return BigInt(match[1] ?? '0') * MICRO_PER_POINT + BigInt((match[2] ?? '').padEnd(6, '0'));
}

/** Writes an amount as its shortest decimal text, exactly: 500,000 micro-points are "0.5". */
export function formatPoints(micro: bigint): string {
  const sign = micro < 0n ? '-' : '';
  const whole = (micro < 0n ? -micro : micro) / MICRO_PER_POINT;
  const rest = ((micro < 0n ? -micro : micro) % MICRO_PER_POINT).toString().padStart(6, '0');
  const decimals = rest.replace(/0+$/, '');
  return `${sign}${whole.toString()}${decimals ? `.${decimals}` : ''}`;
}

/**
 * Returns the same amount as a number for JSON. It prints the same decimals up to fifteen digits, and the nearest
 * number beyond.
 */
export function pointsNumber(micro: bigint): number {
  return Number(formatPoints(micro));
}
