import { createMask, secretOfHeader } from '../../src/outbound/mask';

const SECRET = 'ark-CANARY/5f"1c+key==';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl';
const mask = createMask([SECRET, 'simulated']);
const masked = (text: string) => Buffer.from(mask(Buffer.from(text))).toString();

test.each([
  ['as it is', SECRET],
  ['in a URL', encodeURIComponent(SECRET)],
  ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ['in JSON that escapes slashes', JSON.stringify(SECRET).slice(1, -1).replaceAll('/', '\\/')],
  ['in base64', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
  ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
])('a credential is taken out of a reply where it stands %s', (_, form) => {
  expect(masked(`{"message":"The API key ${form} is wrong; ${form}"}`)).toBe(
    '{"message":"The API key [masked] is wrong; [masked]"}',
  );
});

test('bytes that are no text stay as they are around it', () => {
  const odd = Buffer.from([0xff, 0x00, 0xc3, 0x28]);
  const out = mask(Buffer.concat([odd, Buffer.from(SECRET), odd]));
  expect(Buffer.from(out)).toEqual(Buffer.concat([odd, Buffer.from('[masked]'), odd]));
});

test('a reply without one is the very bytes that came', () => {
  const bytes = Buffer.from('{"id":"cgt-1","note":"simulated Ünïcödé"}');
  expect(mask(bytes)).toBe(bytes);
});

test.each([
  [`Bearer ${TOKEN}`, [TOKEN]],
  [`bearer  ${TOKEN} `, [TOKEN]],
  [TOKEN, [TOKEN]],
  [undefined, []],
])('the secret of the header %s is %j', (header, secrets) => {
  expect(secretOfHeader(header)).toEqual(secrets);
});
