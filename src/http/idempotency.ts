import { createHash } from 'node:crypto';
import type { HttpRoute } from '../core/api/route';
import { invalid } from '../core/errors';

export const IDEMPOTENCY_KEY = 'Idempotency-Key';
/** What the texts look like that are taken, quotes off. */
export const KEY_FORM = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads the `Idempotency-Key` header: 1 to 255 visible ASCII characters; structured-field quotes are taken off. Throws
 * `invalid_request` for any other, and for none at a route that needs one.
 */
export function readIdempotencyKey(
  header: string | undefined,
  { needsIdempotencyKey }: Pick<HttpRoute, 'needsIdempotencyKey'>,
): string | undefined {
  if (header === undefined) {
    if (needsIdempotencyKey) throw invalid(IDEMPOTENCY_KEY, 'this header is required here');
    return undefined;
  }
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1];
  const key = quoted === undefined ? header : quoted.replace(/\\(["\\])/g, '$1');
  if (KEY_FORM.test(key)) return key;
  throw invalid(IDEMPOTENCY_KEY, 'must be 1 to 255 visible ASCII characters');
}

/** Returns a path without the slash that may stand behind it, before its query too: `/v1/videos` for `/v1/videos/`. */
export const plainPath = (path: string): string => path.replace(/^([^?]+)\/(?=\?|$)/, '$1');

/** Returns SHA-256 over method, path and body in hex: what "the same request" means. */
export function fingerprintOf(method: string, path: string, body: Uint8Array | string): string {
  return createHash('sha256').update(`${method} ${path}\n`).update(body).digest('hex');
}
