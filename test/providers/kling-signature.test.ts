import { kling } from '../../src/providers/kling';
import { signatureOf } from '../../src/providers/kling/signature';

/** The example is that of Kling's own page about callbacks; who holds the secret is believed, and who has none is a hint. */

const SECRET = 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=';
const ID = '9876543210';
const TIMESTAMP = '1781080794';
const BODY =
  '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}';
const SIGNATURE = 'v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=';
const OTHER = signatureOf({ id: ID, timestamp: TIMESTAMP, body: BODY }, 'whsec_b3RoZXI=');
const SIGNED = {
  'webhook-id': ID,
  'webhook-timestamp': TIMESTAMP,
  'webhook-signature': SIGNATURE,
};

function isBelieved(
  headers: Record<string, string>,
  {
    secret = SECRET,
    body = BODY,
    atSeconds = Number(TIMESTAMP),
  }: { secret?: string | null; body?: string; atSeconds?: number } = {},
): boolean | undefined {
  const credentials = { apiKey: 'k', ...(secret === null ? {} : { webhookSecret: secret }) };
  const received = { headers, body: Buffer.from(body), credentials, nowMs: atSeconds * 1_000 };
  return kling.verifyCallback?.(received);
}

test('the signature of the page’s example is the one that we make', () => {
  expect(signatureOf({ id: ID, timestamp: TIMESTAMP, body: BODY }, SECRET)).toBe(SIGNATURE);
});

test.each<[string, Record<string, string>, Parameters<typeof isBelieved>[1]]>([
  ['signed', SIGNED, {}],
  ['five minutes old', SIGNED, { atSeconds: Number(TIMESTAMP) + 300 }],
  ['signed with two secrets', { ...SIGNED, 'webhook-signature': `${OTHER} ${SIGNATURE}` }, {}],
  ['unsigned, as of an account whose secret was deleted', {}, {}],
  ['signed for who has no secret', { ...SIGNED, 'webhook-signature': OTHER }, { secret: null }],
])('a callback that is %s is believed', (_, headers, received) => {
  expect(isBelieved(headers, received)).toBe(true);
});

test.each<[string, Record<string, string>, Parameters<typeof isBelieved>[1]]>([
  ['signed with another secret', { ...SIGNED, 'webhook-signature': OTHER }, {}],
  ['changed', SIGNED, { body: `${BODY} ` }],
  ['another one’s', { ...SIGNED, 'webhook-id': '1' }, {}],
  ['without its id', { ...SIGNED, 'webhook-id': '' }, {}],
  ['without its time', { 'webhook-id': ID, 'webhook-signature': SIGNATURE }, {}],
  ['of an odd time', { ...SIGNED, 'webhook-timestamp': `${TIMESTAMP}x` }, {}],
  ['old', SIGNED, { atSeconds: Number(TIMESTAMP) + 301 }],
  ['early', SIGNED, { atSeconds: Number(TIMESTAMP) - 301 }],
  ['of an unknown version', { ...SIGNED, 'webhook-signature': SIGNATURE.replace('v1', 'v2') }, {}],
  ['signed with nothing', { ...SIGNED, 'webhook-signature': '' }, {}],
])('a callback that is %s is not', (_, headers, received) => {
  expect(isBelieved(headers, received)).toBe(false);
});
