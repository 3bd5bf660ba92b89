import type { Logger } from 'pino';
import type { KeyStore } from '../core/ports/store/keys';

/**
 * Notes when keys are used, beside the requests and never in their way: at most one write a minute and key from this
 * process, and a write that fails is a line in the log.
 */
const EVERY_MS = 60_000;
/** Keys remembered at most; past it all are forgotten, which costs one write more each. */
const KEYS_MAX = 10_000;

export function createLastUsed(
  keys: Pick<KeyStore, 'markUsed'>,
  logger: Logger,
): (keyId: string, now: number) => void {
  const noted = new Map<string, number>();
  return (keyId, now) => {
    if (now - (noted.get(keyId) ?? -Infinity) < EVERY_MS) return;
    if (noted.size >= KEYS_MAX) noted.clear();
    noted.set(keyId, now);
    keys.markUsed(keyId, now).catch((err: unknown) => {
      noted.delete(keyId);
      logger.warn({ keyId, err }, 'the last use of a key was not noted');
    });
  };
}
