import { createHash } from 'node:crypto';

/** Names the account of an API key by a digest of it, so that every key is an account of its own. */
export function accountOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}
