/**
 * `Prefer: wait=<seconds>` and `respond-async` (RFC 7240, sections 4.1 and 4.3): how long a caller is willing to wait
 * for an answer that may be given late. What cannot be read is no preference, as the RFC wants it.
 */
export interface Patience {
  ms: number;
  /** Whether the caller said how long, even if nobody waits for so long. */
  isWish: boolean;
  /** `Preference-Applied` where the caller's wish decided. */
  headers: Record<string, string>;
}

/**
 * Reads how many milliseconds a caller wants to wait, as in `Prefer: wait=30`. `unasked` holds without a preference;
 * nobody waits longer than `max`.
 */
export function patienceOf(
  prefer: string | undefined,
  { unasked, max }: { unasked: number; max: number },
): Patience {
  const preferences = new Map<string, string>();
  for (const part of (prefer ?? '').split(',')) {
    const [name, value] = preferenceOf(part);
    // The first one counts when a preference is named twice.
    if (!preferences.has(name)) preferences.set(name, value);
  }
  const wait = preferences.get('wait') ?? '';
  if (SECONDS.test(wait) && Number(wait) * 1000 <= max)
    return applied(Number(wait) * 1000, `wait=${wait}`);
  if (SECONDS.test(wait)) return { ms: max, isWish: true, headers: {} };
  if (preferences.has('respond-async')) return applied(0, 'respond-async');
  return { ms: Math.min(unasked, max), isWish: false, headers: {} };
}

/**
 * Reads `name`, `name=value` or `name="value"`, whatever follows a semicolon. Without a pattern, which could backtrack.
 */
function preferenceOf(part: string): [name: string, value: string] {
  const [preference = ''] = part.split(';', 1);
  const [name = '', ...rest] = preference.split('=');
  const value = rest.join('=').trim();
  const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
  return [name.trim().toLowerCase(), isQuoted ? value.slice(1, -1) : value];
}

const SECONDS = /^\d+$/;

const applied = (ms: number, preference: string): Patience => ({
  ms,
  isWish: true,
  headers: { 'preference-applied': preference },
});
