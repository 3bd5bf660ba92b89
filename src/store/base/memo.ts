/**
 * Asks again for the same thing only after a while: whoever asks meanwhile gets the same answer, also while it is on its
 * way. A failure is told to those who wait for it and not kept. Holds the latest `entriesMax` answers.
 */
export function memo<Key extends readonly string[], Value>(
  ask: (...key: Key) => Promise<Value>,
  { keptMs, entriesMax, now }: { keptMs: number; entriesMax: number; now: () => number },
): (...key: Key) => Promise<Value> {
  const kept = new Map<string, { askedAt: number; value: Promise<Value> }>();
  return (...key) => {
    const name = JSON.stringify(key);
    const known = kept.get(name);
    if (known && now() - known.askedAt < keptMs) return known.value;
    const value = ask(...key);
    kept.delete(name);
    kept.set(name, { askedAt: now(), value });
    const [oldest] = kept.keys();
    if (kept.size > entriesMax && oldest !== undefined) kept.delete(oldest);
    value.catch(() => {
      if (kept.get(name)?.value === value) kept.delete(name);
    });
    return value;
  };
}
