import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import type { Call } from '../../core/provider/exchange';
import type { ChannelOptions } from '../../core/provider/options';
import type { SignedCallback } from '../../core/provider/provider';
import { keysAt } from './options';

/**
 * fal signs every callback (Ed25519) with a key of a set that it publishes, over four lines: the request's id, the user's id,
 * the time and the body's digest. One without a signature, or of which no key is known, is not believed; the looks go on.
 */

/** Seconds that the sender's clock may be away from ours, each side. */
const TOLERANCE_SECONDS = 300;
/** More keys than these are not tried. */
const KEYS_MAX = 16;

/** Returns the call that brings the keys, from another host than the queue's. */
export const callbackKeys = (options: ChannelOptions): Call => ({
  method: 'GET',
  target: { url: keysAt(options) },
  headers: {},
});

/** Says whether one of the published keys has signed the callback, and lately. */
export function verifyCallback({ headers, body, nowMs, publicKeys = [] }: SignedCallback): boolean {
  const timestamp = headers['x-fal-webhook-timestamp'] ?? '';
  const signature = headers['x-fal-webhook-signature'] ?? '';
  if (!/^\d{1,15}$/.test(timestamp) || !/^[0-9a-f]{128}$/i.test(signature)) return false;
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const message = signedText({
    requestId: headers['x-fal-webhook-request-id'] ?? '',
    userId: headers['x-fal-webhook-user-id'] ?? '',
    timestamp,
    body,
  });
  return publicKeys
    .slice(0, KEYS_MAX)
    .some((key) => isSignedBy(key, message, Buffer.from(signature, 'hex')));
}

/** Returns the text under the signature; its parts stand on a line each. */
export function signedText(said: {
  requestId: string;
  userId: string;
  timestamp: string;
  body: Uint8Array | string;
}): Buffer {
  const digest = createHash('sha256').update(said.body).digest('hex');
  return Buffer.from([said.requestId, said.userId, said.timestamp, digest].join('\n'));
}

/** A key of another kind, or one that is none, signs nothing. */
function isSignedBy(
  { kty, crv, x }: Readonly<Record<string, unknown>>,
  message: Buffer,
  signature: Buffer,
): boolean {
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') return false;
  try {
    const key: JsonWebKey = { kty, crv, x };
    return verify(null, message, createPublicKey({ key, format: 'jwk' }), signature);
  } catch {
    return false;
  }
}
