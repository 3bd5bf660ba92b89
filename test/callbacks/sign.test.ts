import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { newSecret } from '../../src/callbacks/secrets';
import { sign } from '../../src/callbacks/sign';
import { verify } from '../../src/callbacks/verify';
import type { ReceivedMessage } from '../../src/callbacks/verify';

const secret = (): string => newSecret(randomBytes(32));
const NOW = 1_790_000_000;

/** The example that the Standard Webhooks libraries of all languages share in their tests. */
const PUBLISHED = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

/** What JSON and binary bodies look like, and what they do not. */
const bodies = fc.uint8Array({ maxLength: 2_000 });
const ids = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);

describe('a signature', () => {
  it('of the published example is the published one', () => {
    const { id, timestamp, body } = PUBLISHED;
    expect(sign({ id, timestamp, body, secrets: [PUBLISHED.secret] })).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': PUBLISHED.signature,
    });
  });

  it('is accepted by the standardwebhooks package, with either secret of a rotation', () => {
    const secrets = [secret(), secret()];
    const body = JSON.stringify({ type: 'video.completed', data: { text: 'zażółć 🎬' } });
    const timestamp = Math.floor(Date.now() / 1_000);
    const headers = sign({ id: 'evt_1', timestamp, body: Buffer.from(body), secrets });
    for (const one of secrets) {
      expect(new Webhook(one).verify(body, headers)).toEqual(JSON.parse(body));
    }
    expect(() => new Webhook(secret()).verify(body, headers)).toThrow('No matching signature');
  });

  it('agrees with the standardwebhooks package for any text', () => {
    fc.assert(
      fc.property(ids, fc.string({ unit: 'grapheme' }), (id, body) => {
        const one = secret();
        const theirs = new Webhook(one).sign(id, new Date(NOW * 1_000), body);
        const ours = sign({ id, timestamp: NOW, body, secrets: [one] });
        expect(ours['webhook-signature']).toBe(theirs);
      }),
    );
  });

  it('is over the bytes, also where they are no text', () => {
    const secrets = [secret()];
    const of = (body: Uint8Array): string | undefined =>
      sign({ id: 'evt_1', timestamp: NOW, body, secrets })['webhook-signature'];
    expect(of(Buffer.from([0xff]))).not.toBe(of(Buffer.from([0xfe])));
    expect(of(Buffer.from('é'))).toBe(
      sign({ id: 'evt_1', timestamp: NOW, body: 'é', secrets })['webhook-signature'],
    );
  });

  it('comes once per secret, in their order', () => {
    const secrets = [secret(), secret(), secret()];
    const message = { id: 'evt_1', timestamp: NOW, body: 'x' };
    const each = secrets.map((one) => sign({ ...message, secrets: [one] })['webhook-signature']);
    expect(sign({ ...message, secrets })['webhook-signature']).toBe(each.join(' '));
  });

  it.each([
    ['an id with a full stop', { id: 'evt.1' }],
    ['an id with a space', { id: 'evt 1' }],
    ['an id with a line break', { id: 'evt\n1' }],
    ['an empty id', { id: '' }],
    ['a timestamp with a fraction', { timestamp: NOW + 0.5 }],
    ['a timestamp before 1970', { timestamp: -1 }],
    ['no timestamp', { timestamp: Number.NaN }],
    ['no secret', { secrets: [] }],
    ['a secret without its prefix', { secrets: [randomBytes(32).toString('base64')] }],
    ['a secret that is too short', { secrets: [`whsec_${randomBytes(23).toString('base64')}`] }],
    ['a secret that is too long', { secrets: [`whsec_${randomBytes(65).toString('base64')}`] }],
    ['a secret that is no base64', { secrets: ['whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'] }],
  ])('is not made for %s', (_what, change) => {
    const message = { id: 'evt_1', timestamp: NOW, body: 'x', secrets: [secret()], ...change };
    expect(() => sign(message)).toThrow(/^a (message|callback secret)/);
  });
});

it('a refused secret is not in the error', () => {
  expect(() => sign({ id: 'a', timestamp: 1, body: '', secrets: ['whsec_canary'] })).toThrow(
    /^(?!.*canary).*$/,
  );
});

it('a new secret is whsec_ and the base64 of the 32 bytes given', () => {
  const bytes = randomBytes(32);
  expect(newSecret(bytes)).toBe(`whsec_${bytes.toString('base64')}`);
  expect(() => newSecret(randomBytes(31))).toThrow('32 random bytes');
});

describe('a receiver', () => {
  const given = (change: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
    headers: {
      'webhook-id': PUBLISHED.id,
      'webhook-timestamp': String(PUBLISHED.timestamp),
      'webhook-signature': PUBLISHED.signature,
    },
    body: PUBLISHED.body,
    secrets: PUBLISHED.secret,
    nowSeconds: PUBLISHED.timestamp,
    ...change,
  });
  const withHeader = (name: string, value: string | string[] | undefined): ReceivedMessage =>
    given({ headers: { ...given().headers, [name]: value } });

  it('accepts the published example and says which event it is', () => {
    expect(verify(given())).toEqual({ ok: true, id: PUBLISHED.id });
    expect(verify(given({ body: Buffer.from(PUBLISHED.body) }))).toEqual({
      ok: true,
      id: PUBLISHED.id,
    });
  });

  it('accepts what the standardwebhooks package signs', () => {
    const one = secret();
    const headers = {
      'Webhook-Id': 'evt_2',
      'Webhook-Timestamp': String(NOW),
      'Webhook-Signature': new Webhook(one).sign('evt_2', new Date(NOW * 1_000), '{}'),
    };
    expect(verify({ headers, body: '{}', secrets: one, nowSeconds: NOW })).toEqual({
      ok: true,
      id: 'evt_2',
    });
  });

  it('accepts any message that was signed with one of its secrets, as long as it is fresh', () => {
    fc.assert(
      fc.property(ids, bodies, fc.integer({ min: -300, max: 300 }), (id, body, age) => {
        const [old, current] = [secret(), secret()];
        const headers = sign({ id, timestamp: NOW - age, body, secrets: [old, current] });
        for (const secrets of [old, [current], [secret(), old]]) {
          expect(verify({ headers, body, secrets, nowSeconds: NOW })).toEqual({ ok: true, id });
        }
      }),
    );
  });

  it('refuses any message in which one byte is another', () => {
    const parts = fc.constantFrom('body', 'webhook-id', 'webhook-timestamp', 'webhook-signature');
    fc.assert(
      fc.property(
        ids,
        fc.uint8Array({ minLength: 1, maxLength: 500 }),
        parts,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (id, body, part, at, flip) => {
          const one = secret();
          const headers = sign({ id, timestamp: NOW, body, secrets: [one] });
          const bytes =
            part === 'body' ? Buffer.from(body) : Buffer.from(headers[part] ?? '', 'latin1');
          bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
          const changed =
            part === 'body'
              ? { headers, body: bytes }
              : { headers: { ...headers, [part]: bytes.toString('latin1') }, body };
          // A window without end, so that it is the signature that refuses a changed timestamp.
          const toleranceSeconds = Number.MAX_SAFE_INTEGER;
          expect(verify({ ...changed, secrets: one, nowSeconds: NOW, toleranceSeconds }).ok).toBe(
            false,
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string(),
        bodies,
        (id, timestamp, signature, body) => {
          const headers = {
            'webhook-id': id,
            'webhook-timestamp': timestamp,
            'webhook-signature': `v1,${signature}`,
          };
          expect(verify({ headers, body, secrets: PUBLISHED.secret, nowSeconds: NOW }).ok).toBe(
            false,
          );
        },
      ),
    );
  });

  const good = PUBLISHED.signature;
  it.each([
    ['no id', withHeader('webhook-id', undefined), 'missing_header'],
    ['no timestamp', withHeader('webhook-timestamp', undefined), 'missing_header'],
    ['no signature', withHeader('webhook-signature', ''), 'missing_header'],
    ['two ids', withHeader('webhook-id', [PUBLISHED.id, 'b']), 'missing_header'],
    ['two ids in two cases', withHeader('Webhook-Id', 'b'), 'missing_header'],
    ['a timestamp with letters', withHeader('webhook-timestamp', '1614265330abc'), 'bad_timestamp'],
    [
      'a timestamp with a zero before',
      withHeader('webhook-timestamp', '01614265330'),
      'bad_timestamp',
    ],
    ['a timestamp with a sign', withHeader('webhook-timestamp', '+1614265330'), 'bad_timestamp'],
    [
      'a timestamp with a fraction',
      withHeader('webhook-timestamp', '1614265330.0'),
      'bad_timestamp',
    ],
    ['a timestamp with a space', withHeader('webhook-timestamp', ' 1614265330'), 'bad_timestamp'],
    ['a timestamp in exponents', withHeader('webhook-timestamp', '1e9'), 'bad_timestamp'],
    ['a message of 301 s ago', given({ nowSeconds: PUBLISHED.timestamp + 301 }), 'too_old'],
    ['a message by a clock that is no number', given({ nowSeconds: Number.NaN }), 'too_old'],
    ['a tolerance that is no number', given({ toleranceSeconds: Number.NaN }), 'too_old'],
    ['a message from 301 s ahead', given({ nowSeconds: PUBLISHED.timestamp - 301 }), 'too_new'],
    [
      'a message outside its own tolerance',
      given({ nowSeconds: PUBLISHED.timestamp + 11, toleranceSeconds: 10 }),
      'too_old',
    ],
    ['another secret', given({ secrets: secret() }), 'no_match'],
    ['no secret', given({ secrets: [] }), 'no_match'],
    ['a body parsed and written again', given({ body: '{"test":2432232314}' }), 'no_match'],
    ['another version', withHeader('webhook-signature', good.replace('v1,', 'v2,')), 'no_match'],
    ['a signature without a version', withHeader('webhook-signature', good.slice(3)), 'no_match'],
    ['half a signature', withHeader('webhook-signature', good.slice(0, 20)), 'no_match'],
    ['a signature without padding', withHeader('webhook-signature', good.slice(0, -1)), 'no_match'],
    ['an empty signature', withHeader('webhook-signature', 'v1,'), 'no_match'],
  ])('refuses %s', (_what, received, reason) => {
    expect(verify(received)).toEqual({ ok: false, reason });
  });

  it.each([
    ['after one of another version', `v1a,AAAA ${good}`],
    ['after a wrong one', `v1,${Buffer.alloc(32).toString('base64')} ${good}`],
    ['before garbage', `${good} v1,!!! , x`],
  ])('finds the right signature %s', (_where, list) => {
    expect(verify(withHeader('webhook-signature', list))).toMatchObject({ ok: true });
  });
});
