/**
 * Secrets of Standard Webhooks 1.0.0: `whsec_` and the base64 of 24 to 64 random bytes. A secret is shared with one
 * receiver and must be readable again to sign, so it is stored encrypted, never hashed.
 */

export const SECRET_PREFIX = 'whsec_';
export const SECRET_BYTES = 32;
export const SECRET_BYTES_MIN = 24;
export const SECRET_BYTES_MAX = 64;

/** Makes the secret of exactly `SECRET_BYTES` random bytes, which the caller draws. */
export function newSecret(random: Uint8Array): string {
  if (random.byteLength !== SECRET_BYTES) {
    throw new Error(`a callback secret is made of ${String(SECRET_BYTES)} random bytes`);
  }
  return SECRET_PREFIX + Buffer.from(random).toString('base64');
}

/**
 * Returns the key's bytes of a secret such as `whsec_MfKQ...`. Throws for text that is not a secret; the message never
 * repeats the text.
 */
export function secretBytes(secret: string): Buffer {
  const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : '';
  const bytes = Buffer.from(text, 'base64');
  const canonical = bytes.toString('base64') === text;
  if (!canonical || bytes.length < SECRET_BYTES_MIN || bytes.length > SECRET_BYTES_MAX) {
    throw new Error('a callback secret is whsec_ and the base64 of 24 to 64 bytes');
  }
  return bytes;
}
