import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Principal, Scope } from '../core/dialect';
import { GatewayError } from '../core/errors';
import type { KeyStore } from '../core/store';

const KEY_LENGTH_MAX = 256;
const QUERY_NAMES = ['api_key', 'apikey', 'key', 'access_token'];

/** By `Authorization: Bearer` or `X-API-Key`. A key in the URL is refused: URLs end up in logs and histories. */
export async function authenticate(
  request: Request,
  keys: Pick<KeyStore, 'find'>,
  now: number,
): Promise<Principal> {
  const key = keyOf(request);
  if (key === undefined) {
    throw QUERY_NAMES.some((name) => request.query[name] !== undefined)
      ? new GatewayError('unauthorized', {
          message: 'API keys are not read from the URL; send Authorization: Bearer <key>.',
        })
      : new GatewayError('unauthorized');
  }
  const found = key.length > KEY_LENGTH_MAX ? undefined : await keys.find(hashKey(key), now);
  if (!found) throw new GatewayError('unauthorized');
  return found;
}

/** The form in which keys are stored: 256 random bits need no slow hash. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

export function hasKey(request: Request): boolean {
  return keyOf(request) !== undefined;
}

function keyOf(request: Request): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(request.get('authorization') ?? '')?.[1];
  return bearer ?? request.get('x-api-key')?.trim();
}

export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope)) return;
  throw new GatewayError('forbidden', { message: `This API key lacks the scope "${scope}".` });
}
