import type { Principal } from '../core/api/principal';
import type { KeyOfSecret, KeyStore } from '../core/ports/store/keys';
import type { Waits } from '../core/settings/waits';
import type { GatewayDeps } from './deps';

interface CredentialWatchDeps {
  store: { keys: Pick<KeyStore, 'reading'> };
  waits: Pick<Waits, 'keyMemoMs' | 'eventBeatMs'>;
  now(): number;
  log: Pick<GatewayDeps['log'], 'error'>;
}

/** What of a principal decides how long an answer may go on. */
export type Credential = Pick<Principal, 'keyId' | 'secretId' | 'endsAt'>;

/** Keys, access tokens and links of answers that go on for long: each such answer ends with what it was asked for with. */
export interface CredentialWatch {
  /**
   * Calls `end` once the key, the token or the link has ended, or the key may not read any more: within `keyMemoMs`, or
   * within `eventBeatMs` where nobody can say whether the key lives. Returns what stops the watch.
   */
  watch(credential: Credential, end: () => void): () => void;
}

/** A memo of less still means at most so many questions: ten a second. */
const EVERY_MIN_MS = 100;

/** Makes the watch of this process, which asks about all keys of open streams in one question, and without one nothing. */
export function createCredentialWatch({
  store,
  waits,
  now,
  log,
}: CredentialWatchDeps): CredentialWatch {
  const watched = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;
  let answeredAt = 0;

  function plan(): void {
    if (watched.size === 0) return;
    // It is never called off: one that is, while its question is on its way, would leave room for a second one.
    timer ??= setTimeout(() => void check(), Math.max(waits.keyMemoMs, EVERY_MIN_MS)).unref();
  }

  async function check(): Promise<void> {
    endAll([...watched].filter(({ endsAt }) => endsAt <= now()));
    const keys = keysOf(watched);
    if (keys.size > 0) await endThoseOver(keys);
    timer = undefined;
    plan();
  }

  async function endThoseOver(keys: ReadonlyMap<string, KeyOfSecret>): Promise<void> {
    const ofThese = (): Watched[] => [...watched].filter(({ key }) => key && keys.has(nameOf(key)));
    try {
      const reading = await store.keys.reading([...keys.values()], now());
      answeredAt = now();
      const alive = new Set(reading.map(nameOf));
      endAll(ofThese().filter(({ key }) => key && !alive.has(nameOf(key))));
    } catch (error) {
      log.error({ err: error }, 'the keys of open streams could not be looked up');
      if (now() - answeredAt > waits.eventBeatMs) endAll(ofThese());
    }
  }

  return {
    watch({ keyId, secretId, endsAt = Infinity }, end) {
      const key = keyId !== null && secretId !== undefined ? { keyId, secretId } : undefined;
      if (!key && endsAt === Infinity) return () => undefined;
      // Whoever opens a stream was let in just now.
      if (watched.size === 0) answeredAt = now();
      const entry = { key, endsAt, end };
      watched.add(entry);
      plan();
      return () => void watched.delete(entry);
    },
  };
}

interface Watched {
  /** The key behind it; undefined for a link. */
  key: KeyOfSecret | undefined;
  /** Unix milliseconds; Infinity for a key that was sent itself. */
  endsAt: number;
  end(): void;
}

function endAll(over: readonly Watched[]): void {
  for (const { end } of over) end();
}

/** Each key once, by its name, however many streams it has. */
function keysOf(watched: Iterable<Watched>): Map<string, KeyOfSecret> {
  return new Map([...watched].flatMap(({ key }) => (key ? [[nameOf(key), key]] : [])));
}

const nameOf = ({ keyId, secretId }: KeyOfSecret): string => `${keyId} ${secretId}`;
