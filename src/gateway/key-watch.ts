import type { Principal } from '../core/api/principal';
import type { KeyOfSecret, KeyStore } from '../core/ports/store/keys';
import type { Waits } from '../core/settings/waits';
import type { GatewayDeps } from './deps';

interface KeyWatchDeps {
  store: { keys: Pick<KeyStore, 'living'> };
  waits: Pick<Waits, 'keyMemoMs' | 'eventBeatMs'>;
  now(): number;
  log: Pick<GatewayDeps['log'], 'error'>;
}

/** Keys of answers that go on for long: each such answer ends with the key that it was asked for with. */
export interface KeyWatch {
  /**
   * Calls `end` once the key has ended: within `keyMemoMs`, or within `eventBeatMs` where nobody can say whether it
   * lives. Returns what stops the watch. A link has no key, and ends with its job alone.
   */
  watch(principal: Pick<Principal, 'keyId' | 'secretId'>, end: () => void): () => void;
}

/** A memo of less still means at most so many questions: ten a second. */
const EVERY_MIN_MS = 100;

/** Makes the watch of this process, which asks about all keys of open streams in one question, and without one nothing. */
export function createKeyWatch({ store, waits, now, log }: KeyWatchDeps): KeyWatch {
  const watched = new Map<string, { key: KeyOfSecret; ends: Set<() => void> }>();
  let timer: NodeJS.Timeout | undefined;
  let answeredAt = 0;

  function plan(): void {
    if (watched.size === 0) return;
    // It is never called off: one that is, while its question is on its way, would leave room for a second one.
    timer ??= setTimeout(() => void ask(), Math.max(waits.keyMemoMs, EVERY_MIN_MS)).unref();
  }

  async function ask(): Promise<void> {
    if (watched.size > 0) await endThoseOver();
    timer = undefined;
    plan();
  }

  async function endThoseOver(): Promise<void> {
    const names = [...watched.keys()];
    try {
      const living = await store.keys.living(
        [...watched.values()].map(({ key }) => key),
        now(),
      );
      answeredAt = now();
      const alive = new Set(living.map(nameOf));
      endAll(names.filter((name) => !alive.has(name)));
    } catch (error) {
      log.error({ err: error }, 'the keys of open streams could not be looked up');
      if (now() - answeredAt > waits.eventBeatMs) endAll(names);
    }
  }

  function endAll(names: readonly string[]): void {
    for (const name of names) for (const end of watched.get(name)?.ends ?? []) end();
  }

  return {
    watch({ keyId, secretId }, end) {
      if (keyId === null || secretId === undefined) return () => undefined;
      // Whoever opens a stream was let in just now.
      if (watched.size === 0) answeredAt = now();
      const key = { keyId, secretId };
      const name = nameOf(key);
      const entry = watched.get(name) ?? { key, ends: new Set() };
      watched.set(name, entry);
      entry.ends.add(end);
      plan();
      return () => {
        entry.ends.delete(end);
        if (entry.ends.size === 0 && watched.get(name) === entry) watched.delete(name);
      };
    },
  };
}

const nameOf = ({ keyId, secretId }: KeyOfSecret): string => `${keyId} ${secretId}`;
