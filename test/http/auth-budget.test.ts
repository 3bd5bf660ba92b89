import { createAuthBudget } from '../../src/http/auth-budget';
import { KEY, startTestApp, type TestApp } from './test-app';

/** Nobody's wrong keys take the database from those who pay. */

const NOW = Date.parse('2026-11-21T12:00:00Z');
const MINUTE = 60_000;
const PRINCIPAL = {
  workspaceId: 'w',
  keyId: 'k',
  secretId: 's',
  group: 'default',
  models: null,
  scopes: ['read'],
} as const;

function setUp({ failures = 3, addresses = 100 } = {}) {
  const asked: string[] = [];
  let known = ['good'];
  const find = async (hash: string) => {
    asked.push(hash);
    return known.includes(hash) ? PRINCIPAL : undefined;
  };
  const rounds: string[][] = [];
  const existing = async (hashes: readonly string[]) => {
    rounds.push([...hashes]);
    return new Set(hashes.filter((hash) => known.includes(hash)));
  };
  const budget = createAuthBudget(
    { find, existing },
    {
      authFailuresPerMinute: failures,
      authAddressesMax: addresses,
      lateKeysPauseMs: 5,
      lateKeysMax: 60,
      lateKeysPerAddressMax: 40,
    },
  );
  const come = (hash: string, address = '192.0.2.1', now = NOW): Promise<string | undefined> =>
    budget.find(address, hash, now).then(
      (found) => found && 'in',
      (error: { code: string }) => error.code,
    );
  return { asked, rounds, budget, come, end: () => (known = []) };
}

test('after so many unknown keys in a minute nobody is asked about a further one, until the minute is over', async () => {
  const { asked, budget, come } = setUp();
  for (const name of ['a', 'b', 'c']) expect(await come(name)).toBeUndefined();
  expect(await come('d')).toBe('rate_limited');
  expect(() => budget.refuse('192.0.2.1', NOW + 1_500)).toThrow(
    expect.objectContaining({ code: 'rate_limited', status: 429, retryAfterSeconds: 59 }),
  );
  expect(asked).toEqual(['a', 'b', 'c']);
  expect(await come('d', '192.0.2.2')).toBeUndefined();
  expect(await come('d', '192.0.2.1', NOW + MINUTE)).toBeUndefined();
});

test('a hundred at once are no way around it', async () => {
  const { asked, come } = setUp();
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => come(`k${n}`)));
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(3);
  expect(asked).toHaveLength(3);
});

test('a good key gets in from an address that used its budget up, whether this process has seen it or not', async () => {
  const { come } = setUp();
  expect(await come('good')).toBe('in');
  for (const name of ['a', 'b', 'c', 'd']) await come(name);
  expect(await come('good')).toBe('in');
  const { come: toAnother } = setUp();
  for (const name of ['a', 'b', 'c', 'd']) await toAnother(name);
  expect(await toAnother('good')).toBe('in');
});

test('past the budget many unknown keys cost one question together, and one address not the whole round', async () => {
  const { asked, rounds, come } = setUp();
  for (const name of ['a', 'b', 'c']) await come(name);
  for (const name of ['d', 'e', 'f']) await come(name, '192.0.2.9');
  const guesses = Array.from({ length: 500 }, (_, n) => come(`guess ${n}`));
  const good = come('good', '192.0.2.9');
  expect(new Set(await Promise.all(guesses))).toEqual(new Set(['rate_limited']));
  expect(await good).toBe('in');
  expect(rounds.at(-1)).toHaveLength(41);
  expect(asked).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'good']);
});

test('a good key costs nothing of the budget, however many bring it for the first time at once', async () => {
  const { asked, come } = setUp();
  const answers = await Promise.all(Array.from({ length: 50 }, () => come('good')));
  expect(new Set(answers)).toEqual(new Set(['in']));
  expect(asked).toEqual(['good']);
  for (const name of ['a', 'b', 'c']) expect(await come(name)).toBeUndefined();
});

test('a key that has ended is asked about once more and then counts as unknown', async () => {
  const { come, end } = setUp({ failures: 2 });
  expect(await come('good')).toBe('in');
  end();
  expect(await come('good')).toBeUndefined();
  expect(await come('good')).toBeUndefined();
  expect(await come('good')).toBe('rate_limited');
});

test.each([
  ['2001:db8:1:ff00::1', '2001:db8:1:ff42:1:2:3:4', true],
  ['2001:db8:1:ff00::1', '2001:db8:1:fe00::1', false],
  ['::1', '0:0:0:0:0:0:0:1', true],
  ['::1', '2001::1', false],
  ['fe80::1%eth0', 'fe80::2', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:c000:201', '192.0.2.1', true],
  ['::ffff:c000:201', '::ffff:c000:202', false],
  ['2001:DB8:1:ff00:0:0:192.0.2.1', '2001:db8:1:ff00::1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['192.0.2.1:5123', '192.0.2.1:6234', true],
  ['192.0.2.1:5123', '192.0.2.2:5123', false],
  ['[2001:db8:1:ff00::1]:5123', '2001:db8:1:ff00::2', true],
  ['[2001:db8:1:ff00::1]', '2001:db8:1:fe00::1', false],
  ['unknown', '_hidden', true],
  ['unknown', '192.0.2.1', false],
])('%s and %s have one budget: %s', async (one, other, isShared) => {
  const { come } = setUp({ failures: 1 });
  await come('a', one);
  expect(await come('b', other)).toBe(isShared ? 'rate_limited' : undefined);
});

test('only so many addresses are remembered, the latest ones', async () => {
  const { come } = setUp({ failures: 1, addresses: 2 });
  for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) await come('a', address);
  expect(await come('b', '10.0.0.3')).toBe('rate_limited');
  expect(await come('b', '10.0.0.1')).toBeUndefined();
});

describe('at the app', () => {
  let app: TestApp | undefined;
  afterEach(() => app?.close());
  const ask = async (key: string, headers = {}) => {
    const answer = await fetch(`${app?.origin}/v1/models`, {
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
    return [answer.status, answer.headers.get('retry-after') !== null];
  };

  test('what is no key is never looked up, and the answer past the budget is 429 with Retry-After', async () => {
    const asked: string[] = [];
    app = await startTestApp({
      keys: {
        find: async (hash) => void asked.push(hash),
        existing: async () => new Set(),
        findById: async () => undefined,
        markUsed: async () => undefined,
      },
      limits: { authFailuresPerMinute: 2 },
    });
    for (const text of ['x', 'y.y.y']) expect(await ask(text)).toEqual([401, false]);
    expect(asked).toEqual([]);
    for (const text of ['x', 'rl_live_unknown']) expect(await ask(text)).toEqual([429, true]);
    expect(asked).toEqual([]);
    expect((await fetch(`${app.origin}/v1/models`)).status).toBe(401);
  });

  test.each([
    [undefined, 429],
    [1, 401],
    ['loopback', 401],
  ])(
    'with trust proxy %s a caller behind a proxy gets %i for another’s failures',
    async (trust, status) => {
      app = await startTestApp({ trustProxy: trust, limits: { authFailuresPerMinute: 1 } });
      expect(await ask('x', { 'x-forwarded-for': '198.51.100.1' })).toEqual([401, false]);
      const [answered] = await ask('x', { 'x-forwarded-for': '198.51.100.2' });
      expect(answered).toBe(status);
      expect(await ask(KEY)).toEqual([200, false]);
    },
  );
});
