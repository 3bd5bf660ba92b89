import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Tokens } from '../core/ports/tokens';

/**
 * Access tokens: JWT (RFC 7519) signed with HS256 under a key of their own, derived from the installation's secret. The
 * algorithm is ours, never the token's: only the one header that we write ourselves is accepted.
 */
export interface TokenOptions {
  secret: Uint8Array;
  /** Tokens that were signed under one of these are valid too. */
  otherSecrets?: readonly Uint8Array[];
  lifetimeMs: number;
}

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });
const ISSUER = 'reelay';
const PURPOSE = 'reelay access tokens 1';
const KEY_BYTES = 32;
const TOKEN = /^[\w-]{1,200}\.[\w-]{1,600}\.[\w-]{43}$/;

/** Times are seconds. `sid` is the secret's id: a token ends with the secret that it was issued for. */
const claimsSchema = z.strictObject({
  iss: z.literal(ISSUER),
  sub: z.uuid(),
  sid: z.string(),
  iat: z.number(),
  exp: z.number(),
});

export function createTokens({ secret, otherSecrets = [], lifetimeMs }: TokenOptions): Tokens {
  const sign = signerOf(secret);
  const signers = [sign, ...otherSecrets.map(signerOf)];
  return {
    issue({ keyId, secretId }, now) {
      const exp = Math.ceil((now + lifetimeMs) / 1000);
      const iat = Math.floor(now / 1000);
      const signed = `${HEADER}.${encode({ iss: ISSUER, sub: keyId, sid: secretId, iat, exp })}`;
      return { token: `${signed}.${sign(signed).toString('base64url')}`, expiresAt: exp * 1000 };
    },
    verify(token, now) {
      if (!isToken(token)) return undefined;
      const [header = '', payload = '', signature = ''] = token.split('.');
      if (header !== HEADER) return undefined;
      const given = Buffer.from(signature, 'base64url');
      const text = `${header}.${payload}`;
      if (!signers.some((signer) => isSame(given, signer(text)))) return undefined;
      // What we signed is JSON; another version of us may have signed other claims.
      const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const { data } = claimsSchema.safeParse(claims);
      if (!data) return undefined;
      const expiresAt = data.exp * 1000;
      return expiresAt > now ? { keyId: data.sub, secretId: data.sid, expiresAt } : undefined;
    },
  };
}

function signerOf(secret: Uint8Array): (text: string) => Buffer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, KEY_BYTES));
  return (text) => createHmac('sha256', key).update(text).digest();
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Has the form of an access token, which no API key has. */
export const isToken = (text: string): boolean => TOKEN.test(text);

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
