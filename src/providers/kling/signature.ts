import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedCallback } from '../../core/provider/provider';

/**
 * Kling signs its callbacks (Standard Webhooks, `v1`) once the account has a secret in its console; while a secret is
 * replaced, with both. Tasks in flight go unsigned when a secret is taken away, so that no signature proves nothing: such a
 * callback stays a hint that one look follows, as without a secret. A wrong signature is not believed.
 */

/** Seconds that the sender's clock may be away from ours, each side. */
const TOLERANCE_SECONDS = 300;
/** More signatures than these are not looked at. */
const SIGNATURES_MAX = 16;

const PREFIX = 'whsec_';

/** The form of a secret, as the console shows it. */
export const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Says whether a callback may be believed, as far as its signature tells. */
export function verifyCallback({ headers, body, credentials, nowMs }: SignedCallback): boolean {
  const secret = credentials['webhookSecret'];
  const signatures = headers['webhook-signature'];
  if (secret === undefined || signatures === undefined) return true;
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
  if (id === undefined || timestamp === undefined || !/^\d{1,15}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = signatureOf({ id, timestamp, body }, secret);
  const given = signatures.split(' ', SIGNATURES_MAX);
  // All of them are compared, so that the time taken does not tell which one matched.
  return given.filter((one) => isEqual(one, expected)).length > 0;
}

/** Returns a signature with its version: `v1,K5oZ...=`. */
export function signatureOf(
  { id, timestamp, body }: { id: string; timestamp: string; body: Uint8Array | string },
  secret: string,
): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signed = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
  return `v1,${signed.digest('base64')}`;
}

function isEqual(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
