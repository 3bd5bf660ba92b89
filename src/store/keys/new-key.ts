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
  const text = `${prefix}_${secret}`;
  const key = `${text}${checkOf(text)}`;
  return { key, prefix, hash: sha256(key) };
}

const FORM = /^(rl_live_[0-9a-f]{8}_[\w-]{43})([0-9a-f]{6})$/;

/** Was it made by `newKey`, and is no character of it mistyped? Anybody can make a text that passes. */
export function isKey(text: string): boolean {
  const [, start = '', check] = FORM.exec(text) ?? [];
  return check !== undefined && check === checkOf(start);
}

const checkOf = (text: string): string => sha256(text).slice(0, 6);

export const keyHash = (key: string): string => sha256(key);

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
