import type { KeyPrincipal } from '../../core/ports/store/keys';

type FindKey = (hash: string, now: number) => Promise<KeyPrincipal | undefined>;

export interface KnownKeys {
  find: FindKey;
  /** Forgets every key, so that the next question of each goes to its row. */
  forget(): void;
}

/** Keys remembered at most; past it all are forgotten, which costs one question more each. */
const KEYS_MAX = 10_000;

/**
 * Remembers the keys that `find` found for `keptMs`, counted from the question, and shares a question that is on its
 * way. So a key that ends anywhere is let in for at most `keptMs` more. What was not found is asked for every time.
 */
export function rememberKeys(find: FindKey, keptMs: number): KnownKeys {
  const known = new Map<string, { askedAt: number; found: Promise<KeyPrincipal | undefined> }>();
  return {
    async find(hash, now) {
      const before = known.get(hash);
      if (before && now >= before.askedAt && now - before.askedAt < keptMs) return before.found;
      if (known.size >= KEYS_MAX) known.clear();
      const entry = { askedAt: now, found: find(hash, now) };
      known.set(hash, entry);
      const drop = (): void => {
        if (known.get(hash) === entry) known.delete(hash);
      };
      entry.found.then((principal) => {
        if (!principal) drop();
      }, drop);
      return entry.found;
    },
    forget: () => {
      known.clear();
    },
  };
}
