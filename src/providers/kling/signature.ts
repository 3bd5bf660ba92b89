import type { SignedCallback } from '../../core/provider/provider';
import { isSignedWebhook, WEBHOOK_SECRET, webhookSignature } from '../kit';

/**
 * Kling signs its callbacks (Standard Webhooks, `v1`) once the account has a secret in its console; while a secret is
 * replaced, with both. Tasks in flight go unsigned when a secret is taken away, so that no signature proves nothing: such a
 * callback stays a hint that one look follows, as without a secret. A wrong signature is not believed.
 */

/** The form of a secret, as the console shows it. */
export const SECRET = WEBHOOK_SECRET;

/** Says whether a callback may be believed, as far as its signature tells. */
export function verifyCallback(callback: SignedCallback): boolean {
  const secret = callback.credentials['webhookSecret'];
  if (secret === undefined || callback.headers['webhook-signature'] === undefined) return true;
  return isSignedWebhook(callback, secret);
}

/** Returns a signature with its version: `v1,K5oZ...=`. */
export const signatureOf = webhookSignature;
