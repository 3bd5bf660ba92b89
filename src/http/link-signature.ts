import { createHmac, timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../core/errors';

/** Signs what one kind of link opens, so that a link of one kind never opens anything of another. */
export interface LinkSigner {
  /** Returns the signature of all that the link opens, its expiry included, in base64url. */
  sign(parts: readonly string[]): string;
  /** Throws `forbidden` for a signature of other parts or by another secret. */
  check(parts: readonly string[], signature: string): void;
}

export interface SigningSecrets {
  secret: Uint8Array | string;
  /** What was signed with one of these is valid too. */
  otherSecrets?: readonly (Uint8Array | string)[];
}

/** Makes the signer of one kind of link: `result-link-1`. The signature is an HMAC with SHA-256 (RFC 2104). */
export function createLinkSigner(
  kind: string,
  { secret, otherSecrets = [] }: SigningSecrets,
): LinkSigner {
  const macOf = (parts: readonly string[], key: Uint8Array | string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([kind, ...parts]))
      .digest();
  return {
    sign: (parts) => macOf(parts, secret).toString('base64url'),
    check(parts, signature) {
      const given = Buffer.from(signature, 'base64url');
      // Only one spelling per signature, so that one link is one address, for caches too.
      const isSpelled = given.toString('base64url') === signature;
      const isSigned =
        isSpelled && [secret, ...otherSecrets].some((key) => isSame(given, macOf(parts, key)));
      if (!isSigned) throw invalidLink();
    },
  };
}

/** Makes the refusal of a link that opens nothing. */
export const invalidLink = (): GatewayError =>
  new GatewayError('forbidden', { message: 'This link is not valid.' });

/**
 * Returns the moment of an expiry, in Unix milliseconds, of the Unix seconds that a link has: `1764547200`. Throws
 * `forbidden` for one that has passed.
 */
export function readExpiry(expires: string, now: number): number {
  const at = Number(expires) * 1000;
  if (at > now) return at;
  throw new GatewayError('forbidden', { message: 'This link has expired; ask for a new one.' });
}

/** Says whether a query parameter is one text of a length that our links have. */
export const isLinkText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 200;

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
