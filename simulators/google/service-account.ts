import { createPublicKey, createVerify } from 'node:crypto';
import { z } from 'zod';

/** The service account of the simulated Google: its key is everybody's, and opens nothing but this simulator. */

const KEY = [
  'MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDEN2KZVMAVujo5',
  'V9aZOrczG9fw3OPyTEIAm+wFzf1fXurzTLwWVpTX+ufldwtPZM5K+3xipLAmc4qW',
  'wNKu6miA5lZUGiagQvGseaSHIW09xLG4gsJkAAtc0HdENVk1FRtsY8eBYTuY/3kq',
  'IhNzBF8nPBihFcUoaN3hbxxJCdh/3SQqFWd8cJQll2DhWxmTBEWvsiAXx+mlnjId',
  'h3i8K06BcuMCnWng/tS3x8zI6NFnalsI0k9bSIeLnThfpaRMij1VQimMGba1Ri0d',
  '660hCzB23dvyQ2G34tc4cczozsN4aEoQeXznzCJsPQnQMcIbEOHWQind4vE1jK94',
  'gXhFm4JrAgMBAAECggEAJ8hQ8eSYg288EddI181rSm35RMkMYFpswWHbozumBPmi',
  'Kk0jD2ZjjDy/WqtdvC2kk9hUWk2ot0sSzMjwjm1RXd0VoLyimzindkA9hvZUh0MD',
  'g3Tjg9Hse9d6bvZgDV6nrjy2vPkhU75sawn4poe64SISnkpjLHPClMvp0Lcx0Y6C',
  'BIv0g9OjqESdb6LGngkj8QTCJsh/WpAZOozh+lkCsufCd7TaDCm3gPLpmFyM76Mu',
  'dE5AaUst5aTVyL0MAXJ7WdDS9o2PzxJzHdZ831PTERWyGesHVd6NXCnQddPQ+SWJ',
  'ZUtlvx2vnQ9wxfJXHemgYzk8Shs5BGsQHI1/N/U7lQKBgQDwdKlcwKBD4cWJelU0',
  'QBZsxuwEtpPmJio5HTcRx68hZB6+JpLNc30G8F+m19y0TtW4N6kHtcnw2HlCXZFx',
  'cPksuvIclzQeJe9zRgMKD8O0H08LJwDViQoNO3zaXxz6MSxyEofEMBibVZGPxzMV',
  'sr3YxKV5GD9BGztTdk9Mh88yvwKBgQDQ5pl/2P1M7IxOQD7j2ox56gDHaqtux9s+',
  'YERyafr5279LqZFCAF5P7cIDwg3e65d523b3fQsVfoUaSPZteazZw+8bcnu4lmKe',
  'hLIl5fv20bXYa9TyX38IaoouZTLsBo6NhYjHEhcP7ov/t03HhRWKnigmGz0wbrPM',
  'tEMSXl+XVQKBgEpA3GQGH/eWarfPjSw7djFVJGE4OGfj9Tn56Z2V+mDnWA8EPmUv',
  'erZ/2CnfkwojJiBjH9F/s8KqNpfl6RoM9wV3HXjywGdm85C3WAztXVPsLy6Uds96',
  'KB559k5A/OPN95mqWz6cU5z0SaUKsJ3Muo+L+kVw1We3jxRw/n/1mGhlAoGADP+s',
  'YYYxDM5TVLMutqLsxtFGxyHeFQCepdz7pVru4QlJd/3PKho3xCV5Qx6aGlryjASZ',
  '/IBtZiL/SUls/BbsKIjGoiCXjj7dWBvNsgoDibI27IaZM5O5pd5rRsPJTWKDEE9U',
  '2X5IrRcc4waW8mlXk86PlP9w6UiaK4yz97qjnBkCgYBxipGHJJTGB/AoABgq+rIC',
  'WwswXLDT7HxI5KhA+k8gF9168uJtS+gZVUTyjzSoOcZ3rhL1eBm4Bn3MMkevBzW5',
  'dKh+O9WntB3mDGJnXP41TLUoa+HopS4stq41DhKLwTB0SP6iqS7Liyf+yYrwQTKp',
  'uqBzSIu3D7PCkeMcRe7GKw==',
].join('\n');

const EMAIL = 'simulated@simulated.iam.gserviceaccount.com';
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${KEY}\n-----END PRIVATE KEY-----\n`;

/** The text of its key file, as the console would hand it out. */
export const KEY_FILE = JSON.stringify({
  type: 'service_account',
  project_id: 'simulated',
  private_key_id: 'simulated-key',
  private_key: PRIVATE_KEY,
  client_email: EMAIL,
});

const headerSchema = z.object({ alg: z.literal('RS256'), kid: z.literal('simulated-key') });
const claimsSchema = z.object({
  iss: z.literal(EMAIL),
  sub: z.literal(EMAIL),
  scope: z.string().regex(/auth\/cloud-platform/),
  iat: z.int(),
  exp: z.int(),
});

const LIFETIME_SECONDS = 3_600;
/** A clock may be so many seconds away. */
const SKEW_SECONDS = 300;

/** Says whether a token is one that the account has signed itself, for an hour at most that is not over. */
export function isSignedToken(token: string, nowMs: number): boolean {
  const [head = '', body = '', signature = ''] = token.split('.');
  const claims = claimsSchema.safeParse(decode(body));
  if (!claims.success || !headerSchema.safeParse(decode(head)).success) return false;
  const { iat, exp } = claims.data;
  const now = nowMs / 1_000;
  if (exp - iat > LIFETIME_SECONDS || now > exp || iat > now + SKEW_SECONDS) return false;
  const signed = createVerify('RSA-SHA256').update(`${head}.${body}`);
  return signed.verify(createPublicKey(PRIVATE_KEY), signature, 'base64url');
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
