/**
 * Providers repeat our credentials in their error texts ("The API key ... is wrong"), and such texts are logged, stored
 * and shown. So every one of our own secrets is taken out of a reply before anybody sees it; a reply without one stays
 * the very bytes that came.
 */
const MASK = '[masked]';
/** A shorter value is a word that may stand in any text. */
const SECRET_LENGTH_MIN = 12;

export type Mask = (bytes: Uint8Array) => Uint8Array;

/** Secrets are found as they are and as URL, JSON and base64 write them: `a/b` also as `a%2Fb` and `a\/b`. */
export function createMask(secrets: readonly string[]): Mask {
  const forms = [...new Set(secrets.filter(isLong).flatMap(formsOf))]
    .sort((a, b) => b.length - a.length)
    .map((form) => Buffer.from(form));
  return (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found = forms.filter((form) => buffer.includes(form));
    if (found.length === 0) return bytes;
    // One character per byte, so that nothing else changes, whatever the encoding is.
    const masked = found.reduce(
      (text, form) => text.replaceAll(form.toString('latin1'), MASK),
      buffer.toString('latin1'),
    );
    return Buffer.from(masked, 'latin1');
  };
}

/** Makes a mask of secrets that may change; it is made anew when another list is returned. */
export function createLiveMask(secrets: () => readonly string[]): Mask {
  let known = secrets();
  let mask = createMask(known);
  return (bytes) => {
    const now = secrets();
    if (now !== known) {
      known = now;
      mask = createMask(now);
    }
    return mask(bytes);
  };
}

/** Returns the secret that an `Authorization` header carries: `Bearer abc` has `abc`. */
export function secretOfHeader(authorization: string | undefined): string[] {
  return authorization === undefined ? [] : [authorization.replace(/^\S+ +/, '').trim()];
}

const isLong = (secret: string): boolean => secret.length >= SECRET_LENGTH_MIN;

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    json,
    json.replaceAll('/', '\\/'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
}
