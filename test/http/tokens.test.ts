import { createHmac, hkdfSync } from 'node:crypto';
import { newId } from '../../src/core/job/ids';
import { createTokens } from '../../src/http/tokens';

/** An access token is ours, of this installation, unchanged and not over; nothing else is one. */

const SECRET = Buffer.alloc(32, 7);
const NOW = Date.parse('2026-11-21T12:00:00.123Z');
const HOUR = 3_600_000;
const tokens = createTokens({ secret: SECRET, lifetimeMs: HOUR });
const bearer = { keyId: newId(), secretId: '0123456789abcdef' };

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const key = Buffer.from(hkdfSync('sha256', SECRET, '', 'reelay access tokens 1', 32));
const IAT = Math.floor(NOW / 1000);
const CLAIMS = {
  iss: 'reelay',
  sub: bearer.keyId,
  sid: bearer.secretId,
  iat: IAT,
  exp: IAT + 60,
};
/** Signed with the right key, as far as the algorithm has one. */
function forged(
  header: object,
  claims: object,
  algorithm = 'sha256',
  secret: Buffer = key,
): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac(algorithm, secret).update(signed).digest('base64url')}`;
}
const HS256 = { alg: 'HS256', typ: 'JWT' };

test('says by which secret of which key, until it ends', () => {
  const { token, expiresAt } = tokens.issue(bearer, NOW);
  expect(expiresAt).toBe(Math.ceil((NOW + HOUR) / 1000) * 1000);
  expect(tokens.verify(token, NOW)).toEqual({ ...bearer, expiresAt });
  expect(tokens.verify(token, expiresAt - 1)).toEqual({ ...bearer, expiresAt });
  expect(tokens.verify(token, expiresAt)).toBeUndefined();
});

test('is a JWT whose claims are the five that are documented', () => {
  const { token, expiresAt } = tokens.issue(bearer, NOW);
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown);
  expect(header).toEqual(HS256);
  expect(claims).toEqual({ ...CLAIMS, exp: expiresAt / 1000 });
});

test('the forger of these tests can sign, so that what is refused below is refused for its reason', () => {
  const expiresAt = CLAIMS.exp * 1000;
  expect(tokens.verify(forged(HS256, CLAIMS), NOW)).toEqual({ ...bearer, expiresAt });
});

const { token: good } = tokens.issue(bearer, NOW);
const [head = '', body = '', mac = ''] = good.split('.');
const changed = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
test.each([
  ['no algorithm and no signature', `${encode({ alg: 'none' })}.${body}.`],
  ['no algorithm and a signature', forged({ alg: 'none', typ: 'JWT' }, CLAIMS)],
  ['another algorithm', forged({ alg: 'HS512', typ: 'JWT' }, CLAIMS, 'sha512')],
  ['another algorithm said only', forged({ alg: 'HS384', typ: 'JWT' }, CLAIMS)],
  ['an asymmetric one', forged({ alg: 'RS256', typ: 'JWT' }, CLAIMS)],
  ['a key of its own in the header', forged({ ...HS256, jwk: { kty: 'oct', k: 'AA' } }, CLAIMS)],
  ['the installation’s bare secret', forged(HS256, CLAIMS, 'sha256', SECRET)],
  [
    'another installation',
    createTokens({ secret: Buffer.alloc(32, 8), lifetimeMs: HOUR }).issue(bearer, NOW).token,
  ],
  ['a changed header', `${changed(head)}.${body}.${mac}`],
  ['changed claims', `${head}.${encode({ ...CLAIMS, sub: newId() })}.${mac}`],
  ['a changed signature', `${head}.${body}.${changed(mac)}`],
  ['half a signature', `${head}.${body}.${mac.slice(0, 20)}`],
  ['another issuer', forged(HS256, { ...CLAIMS, iss: 'other' })],
  ['a claim more', forged(HS256, { ...CLAIMS, scope: 'admin' })],
  ['no end', forged(HS256, { ...CLAIMS, exp: undefined })],
  ['no secret', forged(HS256, { ...CLAIMS, sid: undefined })],
  ['a subject that is no id', forged(HS256, { ...CLAIMS, sub: "' OR 1=1" })],
  ['five parts', `${good}.${body}.${mac}`],
  ['nothing', ''],
  ['dots', '..'],
  ['an API key', 'rl_live_00000000_abc'],
  ['kilobytes', `${head}.${'A'.repeat(5_000)}.${mac}`],
])('refuses %s', (_, token) => {
  expect(tokens.verify(token, NOW)).toBeUndefined();
});

test('a token from before the secret was changed is good while that secret is read, and ends as ever', () => {
  const changed = createTokens({
    secret: Buffer.alloc(32, 8),
    otherSecrets: [SECRET],
    lifetimeMs: HOUR,
  });
  expect(changed.verify(good, NOW)).toEqual(tokens.verify(good, NOW));
  expect(changed.verify(good, NOW + HOUR + 1_000)).toBeUndefined();
  // What is new is signed under the new one alone.
  expect(tokens.verify(changed.issue(bearer, NOW).token, NOW)).toBeUndefined();
});
