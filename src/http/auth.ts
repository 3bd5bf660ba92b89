import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Principal } from '../core/api/principal';
import type { HttpRoute } from '../core/api/route';
import { GatewayError } from '../core/errors';
import type { Tokens } from '../core/ports/tokens';
import type { KeyPrincipal, KeyStore } from '../core/ports/store/keys';
import type { AuthBudget } from './auth-budget';
import { isToken } from './tokens';

const KEY_LENGTH_MAX = 1024;
/** The query parameter in which routes with `keyIn: 'query'` look for the key. */
export const KEY_PARAMETER = 'api_key';
const QUERY_NAMES = [KEY_PARAMETER, 'apikey', 'key', 'access_token'];

export interface AuthPorts {
  keys: Pick<KeyStore, 'findById'>;
  /** Has the text the form of a key, its checksum included? Says nothing about whether there is such a key. */
  isKey(text: string): boolean;
  authBudget: AuthBudget;
  tokens: Pick<Tokens, 'verify'>;
}

/**
 * Finds who asks, by `Authorization: Bearer` or `X-API-Key`, with a key or with an access token, for which the key's
 * row decides as well. Throws `unauthorized` for any other credential (`forbidden` where the key is in the query). A
 * key in the URL is refused, because URLs end up in logs and histories; one kind of route takes it there.
 */
export async function authenticate(
  request: Request,
  route: Pick<HttpRoute, 'keyIn'>,
  ports: AuthPorts,
  now: number,
): Promise<KeyPrincipal> {
  const credential = (route.keyIn && keyOfQuery(request)) ?? keyOf(request);
  if (credential === undefined) {
    throw new GatewayError('unauthorized', { message: missingKeyText(request, route) });
  }
  const found = await principalOf(credential, { request, route, ...ports, now });
  if (found) return found;
  throw route.keyIn
    ? new GatewayError('forbidden', { message: 'The API key is unknown, expired or revoked.' })
    : new GatewayError('unauthorized');
}

function missingKeyText({ query }: Request, { keyIn }: Pick<HttpRoute, 'keyIn'>): string {
  if (keyIn) return `No API key was sent; send it in the query, as ${KEY_PARAMETER}.`;
  return QUERY_NAMES.some((name) => query[name] !== undefined)
    ? 'API keys are not read from the URL; send Authorization: Bearer <key>.'
    : 'No API key was sent; send Authorization: Bearer <key> or X-API-Key: <key>.';
}

/** Finds the key behind a credential; what is no key and no token of ours costs no query. */
async function principalOf(
  text: string,
  { request, route, keys, tokens, isKey, authBudget, now }: AuthContext,
): Promise<KeyPrincipal | undefined> {
  const address = request.ip ?? '';
  if (text.length <= KEY_LENGTH_MAX) {
    if (isKey(text)) return authBudget.find(address, hashKey(text), now);
    // Where tokens are sold, a token buys none: its end would be no end.
    const token = isToken(text) && !route.keyIn ? tokens.verify(text, now) : undefined;
    const found = token && (await keys.findById(token.keyId, token.secretId, now));
    if (found) return { ...found, endsAt: token.expiresAt };
  }
  authBudget.refuse(address, now);
  return undefined;
}

interface AuthContext extends AuthPorts {
  request: Request;
  route: Pick<HttpRoute, 'keyIn'>;
  now: number;
}

/** Returns the form in which keys are stored, SHA-256 in hex: 256 random bits need no slow hash. */
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

export function requireScope(principal: Principal, scope: HttpRoute['scope']): void {
  if (scope === 'any' || principal.scopes.includes(scope)) return;
  throw new GatewayError('forbidden', {
    message: `This API key lacks the scope "${scope}".`,
    scope,
  });
}
