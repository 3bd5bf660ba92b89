import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyStore } from '../core/ports/store/keys';

/**
 * An address that used its budget up may still hold a good key that this process has not seen: behind a proxy every
 * caller has one address. Such keys are looked up together, with one question per pause, so that guesses cost the
 * database the same however many there are.
 */
export interface Latecomers {
  /** Answers whether there is such a key; false as well where the round is full. */
  has(network: string, hash: string): Promise<boolean>;
}

export interface LatecomerOptions {
  lateKeysPauseMs: number;
  /** Keys of one round. */
  lateKeysMax: number;
  /** Keys that one address has of them. */
  lateKeysPerAddressMax: number;
}

interface Round {
  hashes: Set<string>;
  byNetwork: Map<string, number>;
  found: Promise<ReadonlySet<string>>;
}

export function createLatecomers(
  keys: Pick<KeyStore, 'existing'>,
  { lateKeysPauseMs, lateKeysMax, lateKeysPerAddressMax }: LatecomerOptions,
): Latecomers {
  let round: Round | undefined;
  const open = (): Round => {
    const hashes = new Set<string>();
    const found = sleep(lateKeysPauseMs).then(() => {
      round = undefined;
      return keys.existing([...hashes]);
    });
    return { hashes, byNetwork: new Map(), found };
  };
  return {
    async has(network, hash) {
      round ??= open();
      const { hashes, byNetwork, found } = round;
      const count = byNetwork.get(network) ?? 0;
      if (!hashes.has(hash)) {
        if (hashes.size >= lateKeysMax || count >= lateKeysPerAddressMax) return false;
        byNetwork.set(network, count + 1);
        hashes.add(hash);
      }
      return (await found).has(hash);
    },
  };
}
