import type { SimulatedCall } from '../contract';
import { accountOfKey } from '../kit/account';
import type { Refusal } from '../kit/refusal';
import { refusalOf } from './refusal';
import { isSignedToken } from './service-account';

/**
 * Who calls: an API key on the Gemini API, in a header or the query, a token on Vertex AI and at the storage. Every key is an
 * account of its own, and so is every token that nobody has signed, as those of Google's token service are.
 */

const UNREGISTERED =
  "Method doesn't allow unregistered callers (callers without established identity). " +
  'Please use API Key or other form of API consumer identity to call this API.';
const NO_TOKEN =
  'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.';
const WRONG_TOKEN =
  'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.';

/** Accounts whose name says what they are shown are called by it, also where it is a key. */
const ACTING = /^https-/;

/** Says whether an account is shown files as the real host has them, which Google's own client needs. */
export const seesHttps = (account: string): boolean => ACTING.test(account);

/** Returns the account of a call to the Gemini API. */
export function accountOfApiKey({ headers, query }: SimulatedCall): string | { refused: Refusal } {
  const key = headers['x-goog-api-key'] ?? query.get('key') ?? '';
  if (key === '') return { refused: refusalOf('PERMISSION_DENIED', UNREGISTERED) };
  if (key === 'wrong') {
    const message = 'API key not valid. Please pass a valid API key.';
    return { refused: refusalOf('INVALID_ARGUMENT', message) };
  }
  return ACTING.test(key) ? key : accountOfKey(key);
}

/** Returns the account of a call to Vertex AI or to the storage. */
export function accountOfToken(
  { headers }: SimulatedCall,
  nowMs: number,
): string | { refused: Refusal } {
  const [, token] = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '') ?? [];
  if (token === undefined) return { refused: refusalOf('UNAUTHENTICATED', NO_TOKEN) };
  if (token.split('.').length !== 3) return accountOfKey(token);
  if (!isSignedToken(token, nowMs)) {
    return { refused: refusalOf('UNAUTHENTICATED', WRONG_TOKEN) };
  }
  return 'service-account';
}
