import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * Secrets that must be readable again (callback secrets) lie in rows only sealed: AES-256-GCM, a fresh 96-bit nonce
 * each, the owner's id as associated data, so that a row copied to another workspace does not open. What is sealed says
 * nothing of its key: while a key is changed, each that is read is tried.
 */
export interface Sealer {
  seal(text: string, owner: string): Buffer;
  /** Throws when every key, the owner or a single byte differs. */
  open(sealed: Uint8Array, owner: string): string;
  /** Is it sealed under the key that seals now? */
  isCurrent(sealed: Uint8Array, owner: string): boolean;
  /** Does it open what other keys sealed? */
  hasOthers: boolean;
}

const NONCE = 12;
const TAG = 16;

/** Seals under `key`, and opens what is sealed under it or one of the others. Each is 32 bytes. */
export function createSealer(key: Uint8Array, others: readonly Uint8Array[] = []): Sealer {
  const keys = [key, ...others];
  if (keys.some(({ length }) => length !== 32)) {
    throw new Error('the secret key must have 32 bytes');
  }
  return {
    seal(text, owner) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(owner));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, owner) {
      for (const one of keys) {
        const text = opened(sealed, owner, one);
        if (text !== undefined) return text;
      }
      throw new Error('a sealed text does not open under any secret key of this process');
    },
    hasOthers: others.length > 0,
    isCurrent: (sealed, owner) => opened(sealed, owner, key) !== undefined,
  };
}

/** Returns the text; undefined where it was not sealed so. */
function opened(sealed: Uint8Array, owner: string, key: Uint8Array): string | undefined {
  const bytes = Buffer.from(sealed);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE))
      .setAAD(Buffer.from(owner))
      .setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
    const body = [decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()];
    return Buffer.concat(body).toString('utf8');
  } catch {
    return undefined;
  }
}
