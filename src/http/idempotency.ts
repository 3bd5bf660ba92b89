import { createHash } from 'node:crypto';
import { GatewayError } from '../core/errors';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Reads the `Idempotency-Key` header: 1 to 255 visible ASCII characters; structured-field quotes are taken off. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1];
  const key = quoted === undefined ? header : quoted.replace(/\\(["\\])/g, '$1');
  if (KEY.test(key)) return key;
  throw new GatewayError('invalid_request', {
    param: 'Idempotency-Key',
    message: 'Idempotency-Key: must be 1 to 255 visible ASCII characters.',
  });
}

/** Returns SHA-256 over method, path and body in hex: what "the same request" means. */
export function fingerprintOf(method: string, path: string, body: Uint8Array | string): string {
  return createHash('sha256').update(`${method} ${path}\n`).update(body).digest('hex');
}
