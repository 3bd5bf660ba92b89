/**
 * `Prefer: wait=<seconds>` and `respond-async` (RFC 7240, sections 4.1 and 4.3): how long a caller is willing to wait
 * for an answer that may be given late. What cannot be read is no preference, as the RFC wants it.
 */
export interface Patience {
  ms: number;
  /** `Preference-Applied` where the caller's wish decided. */
  headers: Record<string, string>;
}

/** `unasked` holds without a preference; nobody waits longer than `max`. Milliseconds. */
export function patienceOf(
  prefer: string | undefined,
  { unasked, max }: { unasked: number; max: number },
): Patience {
  const preferences = new Map<string, string>();
  for (const part of (prefer ?? '').split(',')) {
    const [, name, value] = PREFERENCE.exec(part) ?? [];
    // The first one counts when a preference is named twice.
    if (name && !preferences.has(name.toLowerCase()))
      preferences.set(name.toLowerCase(), value ?? '');
  }
  const wait = preferences.get('wait') ?? '';
  if (SECONDS.test(wait) && Number(wait) * 1000 <= max)
    return applied(Number(wait) * 1000, `wait=${wait}`);
  if (SECONDS.test(wait)) return { ms: max, headers: {} };
  if (preferences.has('respond-async')) return applied(0, 'respond-async');
  return { ms: Math.min(unasked, max), headers: {} };
}

const PREFERENCE = /^\s*([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*"?([^";]*?)"?\s*)?(?:;.*)?$/;
const SECONDS = /^\d{1,9}$/;

const applied = (ms: number, preference: string): Patience => ({
  ms,
  headers: { 'preference-applied': preference },
});
