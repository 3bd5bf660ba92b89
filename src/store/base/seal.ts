import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * Secrets that must be readable again (callback secrets) lie in rows only sealed: AES-256-GCM, a fresh 96-bit nonce
 * each, the owner's id as associated data, so that a row copied to another workspace does not open.
 */
export interface Sealer {
  seal(text: string, owner: string): Buffer;
  /** Throws when the key, the owner or a single byte differs. */
  open(sealed: Uint8Array, owner: string): string;
}

const NONCE = 12;
const TAG = 16;

/** `key` is 32 bytes. */
export function createSealer(key: Uint8Array): Sealer {
  if (key.length !== 32) throw new Error('the secret key must have 32 bytes');
  return {
    seal(text, owner) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(owner));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE))
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([
        decipher.update(bytes.subarray(NONCE + TAG)),
        decipher.final(),
      ]).toString('utf8');
    },
  };
}
