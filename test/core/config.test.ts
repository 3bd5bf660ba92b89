import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import type { FileConfigInput } from '../../src/config';
import { DEFAULT_CATALOG } from '../../src/default-catalog';
import { buildCatalog } from '../../src/run/channels';

/** The environment and reelay.config.json become one frozen value, or one sentence that names the entry at fault. */

const folder = mkdtempSync(join(tmpdir(), 'reelay-config-'));
const path = join(folder, 'reelay.config.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(file: unknown, env: Record<string, string> = {}, overrides: FileConfigInput = {}) {
  writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
  return readConfig({ REELAY_CONFIG: path, ...env }, overrides);
}

const CHANNEL = {
  provider: 'ark',
  baseUrl: 'https://ark.example/api/v3',
  credentials: { apiKey: 'text' },
};
const MODEL = {
  channels: [{ channel: 'mine', model: 'doubao-seedance-2-0-260128' }],
  price: { perJob: '1.5' },
};

describe('without a file', () => {
  test('a checkout offers the simulated models', () => {
    const config = readConfig({ REELAY_CONFIG: '' });
    expect(config.channels).toEqual(DEFAULT_CATALOG.channels);
    expect(Object.keys(config.models)).toEqual(Object.keys(DEFAULT_CATALOG.models));
    expect(config.environment).toMatchObject({ TEMPORAL_NAMESPACE: 'reelay', TEMPORAL_TLS: false });
  });

  test('no request is held for longer than the clients of ula wait', () => {
    expect(readConfig({ REELAY_CONFIG: '' }).waits.heldMs).toBeLessThan(180_000);
  });

  test('one that is named must be there', () => {
    expect(() => readConfig({ REELAY_CONFIG: join(folder, 'none.json') })).toThrow(
      /none\.json: cannot be read \(/,
    );
  });

  test('a folder in its place is told', () => {
    expect(() => readConfig({ REELAY_CONFIG: folder })).toThrow(/cannot be read \(/);
  });
});

describe('a wrong file stops the start with one sentence', () => {
  test.each<[string, unknown, string]>([
    ['broken JSON', '{"waits": ', 'is not JSON ('],
    ['an empty file', '', 'is not JSON ('],
    ['a list', [], 'is not a JSON object'],
    ['null', 'null', 'is not a JSON object'],
    ['a text', '"x"', 'is not a JSON object'],
    ['an unknown entry', { colour: 1 }, 'colour: is not a known field'],
    ['an unknown wait', { waits: { lunchMs: 1 } }, 'waits.lunchMs: is not a known field'],
    ['a wait of no time', { waits: { sendMs: 0 } }, 'waits.sendMs: too small'],
    [
      'a wait that is a text',
      { waits: { sendMs: '60' } },
      'waits.sendMs: invalid input: expected number',
    ],
    ['an empty schedule', { waits: { deliverySchedule: [] } }, 'waits.deliverySchedule: too small'],
    ['half a file descriptor', { limits: { sweepRows: 1.5 } }, 'limits.sweepRows: invalid input'],
    [
      'a share above one',
      { waits: { cadence: { firstLookShare: 2 } } },
      'waits.cadence.firstLookShare: too big',
    ],
    [
      'a channel without an address',
      { channels: { mine: { provider: 'ark', credentials: {} } } },
      'channels.mine.',
    ],
    [
      'an address that is none',
      { channels: { mine: { ...CHANNEL, baseUrl: 'ark' } } },
      'channels.mine.baseUrl: ',
    ],
    [
      'an address of another kind',
      { channels: { mine: { ...CHANNEL, baseUrl: 'ftp://a.example' } } },
      'channels.mine.baseUrl: ',
    ],
    [
      'an origin that is none',
      { channels: { mine: { ...CHANNEL, resultOrigins: ['x'] } } },
      'channels.mine.resultOrigins.0: ',
    ],
    [
      'a model without a price',
      { models: { m: { channels: MODEL.channels } } },
      'models.m.price: ',
    ],
    [
      'a price that is a number',
      { models: { m: { ...MODEL, price: { perJob: 1.5 } } } },
      'models.m.price.perJob: invalid input: expected string',
    ],
    [
      'a price that is no amount',
      { models: { m: { ...MODEL, price: { perJob: '-1' } } } },
      'models.m.price.perJob: is not an amount of points',
    ],
    [
      'free, but not quite',
      { models: { m: { ...MODEL, price: { free: false } } } },
      'models.m.price.free: has a value that is not allowed. Allowed: true.',
    ],
    [
      'a model without a channel',
      { models: { m: { ...MODEL, channels: [] } } },
      'models.m.channels: too small',
    ],
    [
      'a model for nobody',
      { models: { m: { ...MODEL, groups: [] } } },
      'models.m.groups: too small',
    ],
  ])('%s', (_, file, sentence) => {
    let thrown: unknown;
    try {
      read(file);
    } catch (error) {
      thrown = error;
    }
    const message = thrown instanceof Error ? thrown.message : '';
    expect(message.startsWith(`${path}: ${sentence}`) ? sentence : message).toBe(sentence);
    expect(message).not.toContain('\n');
  });
});

describe('the environment', () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ REELAY_PUBLIC_URL: 'here' }, /^environment: REELAY_PUBLIC_URL: /],
    [{ REELAY_PUBLIC_URL: 'ftp://a.example' }, /^environment: REELAY_PUBLIC_URL: /],
    [{ TEMPORAL_TLS: 'maybe' }, /^environment: TEMPORAL_TLS: has a value that is not allowed/],
    [
      { REELAY_SECRET_KEY: 'c2hvcnQ=' },
      /^environment: REELAY_SECRET_KEY: is not 32 bytes in base64$/,
    ],
    [{ REELAY_SECRET_KEY: '***' }, /^environment: REELAY_SECRET_KEY: /],
  ])('%j is told by its name and never by its value', (env, sentence) => {
    expect(() => read({}, env)).toThrow(sentence);
    for (const value of Object.values(env)) expect(() => read({}, env)).not.toThrow(value);
  });

  test('empty is not set', () => {
    const { environment } = read(
      {},
      { DATABASE_URL: '', TEMPORAL_NAMESPACE: '', TEMPORAL_TLS: '' },
    );
    expect(environment.DATABASE_URL).toBeUndefined();
    expect(environment).toMatchObject({ TEMPORAL_NAMESPACE: 'reelay', TEMPORAL_TLS: false });
  });

  test.each([
    [{ REELAY_CACHE: '/c' }, '/c'],
    [{ XDG_CACHE_HOME: '/x' }, '/x/reelay'],
    [{ REELAY_CACHE: '/c', XDG_CACHE_HOME: '/x' }, '/c'],
  ])('%j puts the cache into %s', (env, cacheFolder) => {
    expect(read({}, env).cacheFolder).toBe(cacheFolder);
  });
});

describe('${NAME} in the file', () => {
  const file = {
    channels: { mine: { ...CHANNEL, credentials: { apiKey: 'a ${KEY_1}-${KEY_2} b' } } },
    models: {},
  };

  test('is taken from the environment, wherever it stands', () => {
    const { channels } = read(file, { KEY_1: 'one', KEY_2: '${KEY_1}$&' });
    expect(channels).toMatchObject({ mine: { credentials: { apiKey: 'a one-${KEY_1}$& b' } } });
  });

  test.each([{ KEY_1: 'one' }, { KEY_1: 'one', KEY_2: '' }])(
    'that is not set stops the start: %j',
    (env) => {
      expect(() => read(file, env)).toThrow(`${path}: names \${KEY_2}, which is not set`);
    },
  );
});

describe('what a command’s flags say', () => {
  test('wins over the file, entry by entry, and leaves the rest', () => {
    const file = { waits: { sendMs: 1, cadence: { intervalMinMs: 7 } }, limits: { sweepRows: 9 } };
    const config = read(file, {}, { waits: { sendMs: 2, cadence: { intervalMaxMs: 8 } } });
    expect(config.waits).toMatchObject({
      sendMs: 2,
      cadence: { intervalMinMs: 7, intervalMaxMs: 8, firstLookShare: 0.5 },
    });
    expect(config.limits.sweepRows).toBe(9);
  });

  test('replaces lists as a whole', () => {
    const file = { waits: { deliverySchedule: [1, 2, 3] } };
    expect(read(file, {}, { waits: { deliverySchedule: [0] } }).waits.deliverySchedule).toEqual([
      0,
    ]);
  });

  test('is checked like the file', () => {
    expect(() => read({}, {}, { waits: { sendMs: -1 } })).toThrow(/waits\.sendMs: too small/);
  });
});

test('the value is frozen to its leaves', () => {
  const config = read({});
  const open: string[] = [];
  const visit = (value: unknown, at: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Object.isFrozen(value)) open.push(at);
    for (const [key, item] of Object.entries(value)) visit(item, `${at}.${key}`);
  };
  visit(config, 'config');
  expect(open).toEqual([]);
});

describe('a catalog that contradicts itself is one sentence', () => {
  test.each<[string, FileConfigInput, string]>([
    [
      'a model on a channel that is not there',
      { channels: {}, models: { m: MODEL } },
      'model "m" names channel "mine", which is not configured',
    ],
    [
      'a provider that is not there',
      { channels: { mine: { ...CHANNEL, provider: 'nobody' } }, models: {} },
      'channel "mine" names provider "nobody"; known: ',
    ],
    [
      'a model that the provider does not have',
      {
        channels: { mine: CHANNEL },
        models: { m: { ...MODEL, channels: [{ channel: 'mine', model: 'old' }] } },
      },
      'model "m" names "old", which provider "ark" does not have; known: ',
    ],
    [
      'a newer id without the one it takes after',
      {
        channels: { mine: CHANNEL },
        models: { m: { ...MODEL, channels: [{ channel: 'mine', model: 'newer' }] } },
      },
      'a newer id that takes what one of them takes goes with "like": "<the known one>"',
    ],
    [
      'a newer id after one that the provider does not have',
      {
        channels: { mine: CHANNEL },
        models: { m: { ...MODEL, channels: [{ channel: 'mine', model: 'newer', like: 'old' }] } },
      },
      'model "m" names "old", which provider "ark" does not have; known: ',
    ],
    [
      'credentials of another kind',
      { channels: { mine: { ...CHANNEL, credentials: { token: 'x' } } }, models: {} },
      'channel "mine": credentials are not what ark needs: apiKey',
    ],
    [
      'a simulated channel without a simulator',
      { channels: { mine: { provider: 'ark', simulated: true } }, models: {} },
      'channel "mine" is simulated and no simulator runs',
    ],
  ])('%s', (_, file, sentence) => {
    expect(() => buildCatalog(read(file), undefined)).toThrow(sentence);
  });

  test('one that does not is a catalog that shows each group its own models', () => {
    const file = {
      channels: { mine: { ...CHANNEL, resultOrigins: ['https://cdn.example:444/deep/path'] } },
      models: {
        open: MODEL,
        closed: { ...MODEL, groups: ['staff'], price: { free: true as const } },
      },
    };
    const catalog = buildCatalog(read(file), undefined);
    const open = { group: 'default', models: null };
    const staff = { group: 'staff', models: null };
    expect(catalog.list(open).map(({ entry }) => entry.name)).toEqual(['open']);
    expect(catalog.resolve(open, 'open').entry.price).toEqual({ perJob: 1_500_000n });
    expect(catalog.resolve(staff, 'closed').entry.price).toEqual({ free: true });
    expect(catalog.channel('mine')?.channel.resultOrigins).toEqual(['https://cdn.example:444']);
    expect(() => catalog.resolve(open, 'closed')).toThrow(
      'model: there is no model "closed". Allowed: open.',
    );
    expect(catalog.groups()).toEqual(['default', 'staff']);
  });
});
