import { createHmac } from 'node:crypto';
import type { Headers } from '../core/provider/exchange';
import { secretBytes } from './secrets';

/**
 * Standard Webhooks 1.0.0, version `v1`: HMAC-SHA256 over `{id}.{timestamp}.{body}`.
 * The id names the event and stays the same over every retry; the timestamp is the time of this try, so each try is
 * signed anew and a signature is never stored. Several secrets give several signatures: that is how a secret is
 * rotated without a gap.
 */

export interface Message {
  /** The message's id, such as `evt_<hex>`. It has no full stop, which separates the signed parts. */
  id: string;
  /** Unix seconds of this try. */
  timestamp: number;
  /** Exactly the bytes that are sent; a string stands for its UTF-8. */
  body: Uint8Array | string;
}

/** An id is one printable token, so that it can neither break a header nor move a boundary of the signed text. */
const ID = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;

/**
 * Returns the three headers to send with `body`; one `v1` per secret, in their order. Throws when there is no secret.
 */
export function sign(message: Message & { secrets: readonly string[] }): Headers {
  if (!ID.test(message.id)) throw new Error('a message id is one token without a full stop');
  if (!Number.isSafeInteger(message.timestamp) || message.timestamp < 0) {
    throw new Error('a message timestamp is in whole Unix seconds');
  }
  if (message.secrets.length === 0) throw new Error('a message cannot be signed without a secret');
  const signatures = message.secrets.map(
    (secret) => `v1,${digest(message, secretBytes(secret)).toString('base64')}`,
  );
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/** Returns the raw `v1` signature, 32 bytes. */
export function digest(message: Message, key: Uint8Array): Buffer {
  return createHmac('sha256', key)
    .update(`${message.id}.${String(message.timestamp)}.`)
    .update(message.body)
    .digest();
}
