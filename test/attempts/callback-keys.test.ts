import { generateKeyPairSync, sign, verify, createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { pino } from 'pino';
import { createVerifier } from '../../src/attempts/callback-keys';
import type { Channel } from '../../src/core/catalog/catalog';
import type { Provider } from '../../src/core/provider/provider';
import { ark } from '../../src/providers/ark';

/** Callbacks of a provider that signs with a key of its own are verified by the keys that it publishes, as they are today. */

const pair = () => generateKeyPairSync('ed25519');
const BODY = Buffer.from('{"status":"OK"}');

const provider: Provider = {
  ...ark,
  callbackKeys: () => ({
    method: 'GET',
    target: { url: 'https://keys.example/jwks' },
    headers: {},
  }),
  verifyCallback: ({ body, headers, publicKeys = [] }) =>
    publicKeys.some((key) =>
      verify(
        null,
        body,
        createPublicKey({ key: key as JsonWebKey, format: 'jwk' }),
        Buffer.from(headers['signature'] ?? '', 'hex'),
      ),
    ),
};
const channel = { name: 'mine', baseUrl: 'https://api.example', resultOrigins: [] };

/** The provider's page of keys, which may change, and a clock. */
function scene(first: ReturnType<typeof pair>) {
  const at = { now: 1_000_000, keys: [first], calls: 0, isAway: false };
  const verifier = createVerifier({
    outbound: {
      async call() {
        at.calls += 1;
        if (at.isAway) return { kind: 'no_reply', reason: 'timeout', detail: 'it hangs' };
        const keys = at.keys.map(({ publicKey }) => publicKey.export({ format: 'jwk' }));
        const body = Buffer.from(JSON.stringify({ keys }));
        return { kind: 'reply', durationMs: 1, reply: { status: 200, headers: {}, body } };
      },
    },
    waits: { exchangeMs: 1_000 },
    now: () => at.now,
    log: pino({ level: 'silent' }),
  } as unknown as Parameters<typeof createVerifier>[0]);
  const hears = (by: ReturnType<typeof pair>) =>
    verifier(
      { channel: channel as unknown as Channel, provider },
      { body: BODY, headers: { signature: sign(null, BODY, by.privateKey).toString('hex') } },
    );
  return { at, hears };
}

test('one call brings the keys for many callbacks', async () => {
  const key = pair();
  const { at, hears } = scene(key);
  expect(await Promise.all([hears(key)])).toEqual([true]);
  expect(await hears(key)).toBe(true);
  expect(at.calls).toBe(1);
});

test('a forged callback is refused, and a flood of them asks for the keys once a minute', async () => {
  const { at, hears } = scene(pair());
  const forger = pair();
  for (let index = 0; index < 10; index += 1) expect(await hears(forger)).toBe(false);
  expect(at.calls).toBe(1);
  at.now += 61_000;
  for (let index = 0; index < 10; index += 1) expect(await hears(forger)).toBe(false);
  expect(at.calls).toBe(2);
});

test('a key that the provider has changed is known a minute later', async () => {
  const { at, hears } = scene(pair());
  const next = pair();
  await hears(next);
  at.keys = [next];
  at.now += 61_000;
  expect(await hears(next)).toBe(true);
});

test('a set is asked for anew after a day, so that a key that was taken back opens nothing', async () => {
  const old = pair();
  const { at, hears } = scene(old);
  expect(await hears(old)).toBe(true);
  at.keys = [pair()];
  at.now += 86_400_001;
  expect(await hears(old)).toBe(false);
});

test('without the keys no callback is believed, until they can be had', async () => {
  const key = pair();
  const { at, hears } = scene(key);
  at.isAway = true;
  expect(await hears(key)).toBe(false);
  at.isAway = false;
  at.now += 61_000;
  expect(await hears(key)).toBe(true);
});
