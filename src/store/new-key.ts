import { createHash } from 'node:crypto';

/**
 * A fresh API key: `rl_live_<id>_<secret><check>`. The prefix makes leaked keys findable, the check refuses typos
 * without a query, and 32 random bytes need no slow hash: stored is the SHA-256 of the whole text.
 */
export interface NewKey {
  /** Shown once. */
  key: string;
  prefix: string;
  hash: string;
}

/** `random` gives fresh bytes of that length. */
export function newKey(random: (length: number) => Uint8Array): NewKey {
  const prefix = `rl_live_${Buffer.from(random(4)).toString('hex')}`;
  const secret = Buffer.from(random(32)).toString('base64url');
  const check = sha256(`${prefix}_${secret}`).slice(0, 6);
  const key = `${prefix}_${secret}${check}`;
  return { key, prefix, hash: sha256(key) };
}

export const keyHash = (key: string): string => sha256(key);

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
