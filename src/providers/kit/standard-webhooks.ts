import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedCallback } from '../../core/provider/provider';

/** Callbacks that are signed by Standard Webhooks (`v1`), with a secret that vendor and account share. */

/** Seconds that the sender's clock may be away from ours, each side. */
const TOLERANCE_SECONDS = 300;
/** More signatures than these are not looked at. */
const SIGNATURES_MAX = 16;

const PREFIX = 'whsec_';

/** The form of a secret, as a console shows it. */
export const WEBHOOK_SECRET =
  /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Says whether one of a callback's signatures was made with the secret, and lately. */
export function isSignedWebhook(
  { headers, body, nowMs }: Pick<SignedCallback, 'headers' | 'body' | 'nowMs'>,
  secret: string,
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers;
  const signatures = headers['webhook-signature'];
  if (id === undefined || timestamp === undefined || signatures === undefined) return false;
  if (!/^\d{1,15}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = webhookSignature({ id, timestamp, body }, secret);
  const given = signatures.split(' ', SIGNATURES_MAX);
  // All of them are compared, so that the time taken does not tell which one matched.
  return given.filter((one) => isEqual(one, expected)).length > 0;
}

/** Returns a signature with its version: `v1,K5oZ...=`. */
export function webhookSignature(
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
