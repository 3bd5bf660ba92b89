import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Principal, Route } from '../core/dialect';
import { GatewayError } from '../core/errors';
import type { Tokens } from '../core/ports';
import type { KeyPrincipal, KeyStore } from '../core/store';
import { isToken } from './tokens';

const KEY_LENGTH_MAX = 1024;
/** Where `keyIn: 'query'` looks. */
export const KEY_PARAMETER = 'api_key';
const QUERY_NAMES = [KEY_PARAMETER, 'apikey', 'key', 'access_token'];

export interface AuthPorts {
  keys: Pick<KeyStore, 'find' | 'findById'>;
  tokens: Pick<Tokens, 'verify'>;
}

/**
 * By `Authorization: Bearer` or `X-API-Key`, with a key or with an access token, for which the key's row decides as
 * well. A key in the URL is refused, because URLs end up in logs and histories; one kind of route takes it there.
 */
export async function authenticate(
  request: Request,
  route: Pick<Route, 'keyIn'>,
  { keys, tokens }: AuthPorts,
  now: number,
): Promise<KeyPrincipal> {
  const credential = (route.keyIn && keyOfQuery(request)) ?? keyOf(request);
  if (credential === undefined) {
    throw !route.keyIn && QUERY_NAMES.some((name) => request.query[name] !== undefined)
      ? new GatewayError('unauthorized', {
          message: 'API keys are not read from the URL; send Authorization: Bearer <key>.',
        })
      : new GatewayError('unauthorized');
  }
  const found = await principalOf(credential);
  if (found) return found;
  throw route.keyIn
    ? new GatewayError('forbidden', { message: 'The API key is unknown, expired or revoked.' })
    : new GatewayError('unauthorized');

  async function principalOf(text: string): Promise<KeyPrincipal | undefined> {
    if (text.length > KEY_LENGTH_MAX) return undefined;
    if (!isToken(text)) return keys.find(hashKey(text), now);
    // Where tokens are sold, a token buys none: its end would be no end.
    const token = route.keyIn ? undefined : tokens.verify(text, now);
    return token && keys.findById(token.keyId, token.secretId, now);
  }
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

function keyOfQuery(request: Request): string | undefined {
  const key = request.query[KEY_PARAMETER];
  return typeof key === 'string' ? key : undefined;
}

export function requireScope(principal: Principal, scope: Route['scope']): void {
  if (scope === 'any' || principal.scopes.includes(scope)) return;
  throw new GatewayError('forbidden', {
    message: `This API key lacks the scope "${scope}".`,
    scope,
  });
}
