import { createHmac } from 'node:crypto';

/** How long a token lives, and how far a clock of ours may run ahead of Kling's. Seconds. */
const LIFETIME_SECONDS = 1_800;
const LEEWAY_SECONDS = 5;

/**
 * Makes the JWT (RFC 7519, HS256) that Kling takes in place of a key: `iss` is the access key, the secret key only
 * signs. Made for one call; nobody keeps it.
 */
export function signToken(accessKey: string, secretKey: string, nowMs: number): string {
  const now = Math.floor(nowMs / 1_000);
  const notBefore = now - LEEWAY_SECONDS;
  const claims = {
    iss: accessKey,
    // A server that minds `iat` minds it in the future, so it gets the leeway too.
    iat: notBefore,
    nbf: notBefore,
    exp: now + LIFETIME_SECONDS,
  };
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${signatureOf(text, secretKey)}`;
}

export function signatureOf(text: string, secretKey: string): string {
  return createHmac('sha256', secretKey).update(text).digest('base64url');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
