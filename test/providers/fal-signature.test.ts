import { generateKeyPairSync, sign } from 'node:crypto';
import { fal } from '../../src/providers/fal';
import { signedText } from '../../src/providers/fal/signature';

/** A callback of fal's is believed when one of the published keys has signed it lately, and else not. */

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const KEY = publicKey.export({ format: 'jwk' });
const OTHER = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const OF_ANOTHER_KIND = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;

const NOW_SECONDS = 1_795_262_400;
const BODY = '{"request_id":"764cabcf","status":"OK","payload":{}}';
const SAID = { requestId: '764cabcf', userId: 'auth0|abc', timestamp: String(NOW_SECONDS) };

const headersOf = (said: typeof SAID, body = BODY): Record<string, string> => ({
  'x-fal-webhook-request-id': said.requestId,
  'x-fal-webhook-user-id': said.userId,
  'x-fal-webhook-timestamp': said.timestamp,
  'x-fal-webhook-signature': sign(null, signedText({ ...said, body }), privateKey).toString('hex'),
});
const SIGNED = headersOf(SAID);

interface Received {
  body?: string;
  atSeconds?: number;
  publicKeys?: readonly Record<string, unknown>[];
}

const isBelieved = (
  headers: Record<string, string>,
  { body = BODY, atSeconds = NOW_SECONDS, publicKeys = [{ ...KEY }] }: Received = {},
): boolean | undefined =>
  fal.verifyCallback?.({
    headers,
    body: Buffer.from(body),
    credentials: { apiKey: 'id:secret' },
    nowMs: atSeconds * 1_000,
    publicKeys,
  });

test('the signed text has a line for each part, the last of which is the digest of the body', () => {
  expect(signedText({ ...SAID, body: '' }).toString()).toBe(
    `764cabcf\nauth0|abc\n${SAID.timestamp}\n` +
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});

test.each<[string, Record<string, string>, Received]>([
  ['signed', SIGNED, {}],
  ['five minutes old', SIGNED, { atSeconds: NOW_SECONDS + 300 }],
  ['signed with the second of two keys', SIGNED, { publicKeys: [{ ...OTHER }, { ...KEY }] }],
  [
    'signed, beside keys that are none',
    SIGNED,
    { publicKeys: [{}, { kty: 'OKP', x: 7 }, { ...KEY }] },
  ],
])('one that is %s is believed', (_, headers, received) => {
  expect(isBelieved(headers, received)).toBe(true);
});

test.each<[string, Record<string, string>, Received]>([
  ['unsigned', {}, {}],
  ['of another body', SIGNED, { body: BODY.replace('OK', 'ERROR') }],
  ['of another request', { ...SIGNED, 'x-fal-webhook-request-id': 'another' }, {}],
  ['of another user', { ...SIGNED, 'x-fal-webhook-user-id': 'another' }, {}],
  ['too old', SIGNED, { atSeconds: NOW_SECONDS + 301 }],
  ['too new', SIGNED, { atSeconds: NOW_SECONDS - 301 }],
  ['without a time', { ...SIGNED, 'x-fal-webhook-timestamp': 'now' }, {}],
  ['signed with half a signature', { ...SIGNED, 'x-fal-webhook-signature': 'ab12' }, {}],
  ['signed with a key that is not published', SIGNED, { publicKeys: [{ ...OTHER }] }],
  ['signed, and no key is known', SIGNED, { publicKeys: [] }],
  [
    'signed, and a key of another kind is known',
    SIGNED,
    { publicKeys: [{ ...OF_ANOTHER_KIND.export({ format: 'jwk' }) }] },
  ],
])('one that is %s is not', (_, headers, received) => {
  expect(isBelieved(headers, received)).toBe(false);
});

test.each([
  [{}, 'https://rest.fal.ai/.well-known/jwks.json'],
  [{ jwksUrl: 'https://keys.internal/fal.json' }, 'https://keys.internal/fal.json'],
])('the keys of a channel with %j are at %s', (said, url) => {
  const options = fal.options?.parse(said) ?? {};
  expect(fal.callbackKeys?.(options).target).toEqual({ url });
});
