import type { KeyPrincipal, KeyStore } from '../core/ports/store/keys';
import { createWindows, networkOf } from './address-windows';
import { createLatecomers, type LatecomerOptions } from './auth-latecomers';

/**
 * How often an address may come with a wrong credential, so that nobody's guesses take the database from those who pay.
 * A key that was good in this process before is looked up whatever its address did, since many callers may share one.
 */
export interface AuthBudget {
  /**
   * Finds a key as the key store does. Past the address's budget an unknown key is looked up together with others of
   * its kind, and throws `rate_limited` where there is none such.
   */
  find(address: string, hash: string, now: number): Promise<KeyPrincipal | undefined>;
  /**
   * Takes a place for a secret of another kind that is about to be looked up; returns what gives it back once it was
   * found. Throws `rate_limited` past the budget.
   */
  take(address: string, now: number): () => void;
  /** Counts a credential that was refused without a question. Throws `rate_limited` past the budget. */
  refuse(address: string, now: number): void;
}

export interface AuthBudgetOptions extends LatecomerOptions {
  authFailuresPerMinute: number;
  /** Remembered at once; past it the oldest is forgotten. */
  authAddressesMax: number;
}

/**
 * The most known keys that are remembered. Past it all are forgotten, which costs each a place in its address's budget
 * once more.
 */
const GOOD_KEYS_MAX = 10_000;

export function createAuthBudget(
  keys: Pick<KeyStore, 'find' | 'existing'>,
  options: AuthBudgetOptions,
): AuthBudget {
  const take = createWindows({
    most: options.authFailuresPerMinute,
    addressesMax: options.authAddressesMax,
    message: 'Too many requests with a wrong API key from this address.',
  });
  const latecomers = createLatecomers(keys, options);
  const good = new Set<string>();
  /** Many requests may bring a key for the first time at once: one question, and one place in the budget. */
  const asked = new Map<string, Promise<KeyPrincipal | undefined>>();

  async function ask(address: string, hash: string, now: number) {
    const giveBack = await place(address, hash, now);
    const found = await keys.find(hash, now);
    if (!found) return undefined;
    giveBack();
    if (good.size >= GOOD_KEYS_MAX) good.clear();
    good.add(hash);
    return found;
  }

  /**
   * Takes a place in the address's budget and returns how to give it back. Past the budget a key that is known to exist
   * needs no place; any other throws the refusal.
   */
  async function place(address: string, hash: string, now: number): Promise<() => void> {
    try {
      return take(address, now);
    } catch (refusal) {
      if (!(await latecomers.has(networkOf(address), hash))) throw refusal;
      return () => undefined;
    }
  }

  return {
    async find(address, hash, now) {
      if (good.has(hash)) {
        const found = await keys.find(hash, now);
        if (!found && good.delete(hash)) take(address, now);
        return found;
      }
      let asking = asked.get(hash);
      if (!asking) {
        asking = ask(address, hash, now).finally(() => asked.delete(hash));
        asked.set(hash, asking);
      }
      return asking;
    },
    take,
    refuse: (address, now) => void take(address, now),
  };
}
