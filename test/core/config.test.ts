import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import type { FileConfigInput } from '../../src/config';
import { DEFAULT_CHANNELS, DEFAULT_MODELS } from '../../src/default-catalog';
import { providers } from '../../src/providers';
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
    expect(config.channels).toEqual(DEFAULT_CHANNELS);
    expect(Object.keys(config.models)).toEqual(Object.keys(DEFAULT_MODELS));
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

describe('the default catalog and a file become one', () => {
  const simulated = { provider: 'ark', simulated: true };
  const international = {
    ...CHANNEL,
    baseUrl: 'https://ark.ap-southeast.bytepluses.com/api/v3',
  };
  const mainland = { ...CHANNEL, baseUrl: 'https://ark.cn-beijing.volces.com/api/v3' };
  const price = { perJob: '30' };

  test('by name, as long as everything is simulated', () => {
    const { channels, models } = read({
      channels: { mine: simulated },
      models: { boat: MODEL, 'sora-2': { price } },
    });
    expect(channels).toEqual({ ...DEFAULT_CHANNELS, mine: simulated });
    expect(Object.keys(models).toSorted()).toEqual(
      ['boat', ...Object.keys(DEFAULT_MODELS)].toSorted(),
    );
    expect(models['sora-2']).toMatchObject({
      price,
      channels: [
        { channel: 'ark-simulated', model: 'doubao-seedance-2-0-260128' },
        { channel: 'mine', model: 'doubao-seedance-2-0-260128' },
      ],
    });
  });

  test('null takes a default out, and a model goes with its only channel', () => {
    const { channels, models } = read({
      channels: { 'kling-simulated': null },
      models: { 'sora-2': null },
    });
    const left = Object.keys(DEFAULT_CHANNELS).filter((name) => name !== 'kling-simulated');
    expect(Object.keys(channels)).toEqual(left);
    const gone = ['sora-2', 'kling-3.0', 'kling-v1'];
    expect(Object.keys(models)).toEqual(
      Object.keys(DEFAULT_MODELS).filter((name) => !gone.includes(name)),
    );
  });

  test('nothing simulated stays beside a channel that reaches a provider, unless the file names it', () => {
    const none = read({ channels: { mine: international } });
    expect(Object.keys(none.channels)).toEqual(['mine']);
    expect(none.models).toEqual({});
    const both = read({
      channels: { mine: international, clips: simulated },
      models: { boat: MODEL },
    });
    expect(Object.keys(both.channels)).toEqual(['mine', 'clips']);
    expect(Object.keys(both.models)).toEqual(['boat']);
  });

  test('a default’s name is made by the same model on every channel that has it, at the file’s price', () => {
    const { models } = read({
      channels: { abroad: international, clips: simulated, home: mainland },
      models: { 'veo-3': { price } },
    });
    expect(models['veo-3']).toMatchObject({
      price,
      channels: [
        { channel: 'abroad', model: 'dreamina-seedance-2-0-260128' },
        { channel: 'home', model: 'doubao-seedance-2-0-260128' },
      ],
    });
  });

  test('no price is taken over for videos that are paid for', () => {
    expect(() => read({ channels: { mine: mainland }, models: { 'veo-3': {} } })).toThrow(
      'models.veo-3.price: must be {"perVideo": "25"}',
    );
  });

  test('a default’s name that no channel can make is told with what to write', () => {
    expect(() => read({ channels: { mine: CHANNEL }, models: { 'veo-3': { price } } })).toThrow(
      'models.veo-3.channels: is required: no channel of provider "ark" has an address of volces.com or bytepluses.com',
    );
  });
});

describe('a wrong file stops the start with one sentence', () => {
  test.each<[string, unknown, string]>([
    ['broken JSON', '{"waits": ', 'is not JSON: '],
    ['an empty file', '', 'is not JSON: '],
    ['a list', [], 'is not a JSON object'],
    ['null', 'null', 'is not a JSON object'],
    ['a text', '"x"', 'is not a JSON object'],
    ['an unknown entry', { colour: 1 }, 'colour: is not a known field'],
    ['an unknown wait', { waits: { lunchMs: 1 } }, 'waits.lunchMs: is not a known field'],
    ['a wait of no time', { waits: { sendMs: 0 } }, 'waits.sendMs: must be a whole number above 0'],
    [
      'a wait that is a text',
      { waits: { sendMs: '60' } },
      'waits.sendMs: must be a whole number above 0',
    ],
    [
      'an empty schedule',
      { waits: { deliverySchedule: [] } },
      'waits.deliverySchedule: must have at least one number',
    ],
    [
      'half a file descriptor',
      { limits: { sweepRows: 1.5 } },
      'limits.sweepRows: must be a whole number above 0',
    ],
    [
      'a share above one',
      { waits: { cadence: { firstLookShare: 2 } } },
      'waits.cadence.firstLookShare: must be a number from 0 to 1',
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
      'models.m.price: must be {"perVideo": "25"}, {"perSecond": "5"}, {"rows": [...]}, {"costTimes": "1.3"} or {"free": true}',
    ],
    [
      'a price that is a number',
      { models: { m: { ...MODEL, price: { perJob: 1.5 } } } },
      'models.m.price.perJob: must be an amount of points as a text, such as "25" or "0.5"',
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
      'models.m.channels: must name at least one channel',
    ],
    [
      'a model for nobody',
      { models: { m: { ...MODEL, groups: [] } } },
      'models.m.groups: must name at least one',
    ],
  ])('%s', (_, file, sentence) => {
    let thrown: unknown;
    try {
      read(file);
    } catch (error) {
      thrown = error;
    }
    const message = thrown instanceof Error ? thrown.message : '';
    // The line is told where the file has one for it.
    const told = message.replace(path, '').replace(/^:\d*:? ?/, '');
    expect(told.startsWith(sentence) ? sentence : message).toBe(sentence);
    expect(message).not.toContain('\n');
  });
});

describe('an error leads to the line and the word that is wrong', () => {
  const text = (channel: string) => `{
  "channels": {
    "mine": {
      "provider": "ark",
      ${channel}
    }
  }
}`;
  const real = '"baseUrl": "https://ark.example/api/v3", "credentials": { "apiKey": "k" }';
  test.each<[string, string, string]>([
    [
      'a key that belongs into the credentials',
      '"apiKey": "k"',
      ':5: channels.mine.apiKey: is not a known field (known: provider, baseUrl, credentials, options, resultOrigins, costTimes, foreignIds, draining, selfHosted, deleteStops, carriesTraces, jobsAtOnce, modelJobsAtOnce, requestsPerSecond, requestsPerMinute, jobsPerLook, repeatsLostSubmits, simulated)',
    ],
    [
      'a name in another spelling',
      '"baseURL": "https://ark.example/api/v3", "credentials": {}',
      ':5: channels.mine.baseURL: is not a known field; did you mean "baseUrl"?',
    ],
    ['no address', '"credentials": { "apiKey": "k" }', ':3: channels.mine.baseUrl: is required'],
    [
      'no credentials',
      '"baseUrl": "https://ark.example/api/v3"',
      ':3: channels.mine.credentials: is required: an object',
    ],
    [
      'an address with a key in it',
      '"baseUrl": "https://user:k@ark.example/api/v3", "credentials": { "apiKey": "k" }',
      ':5: channels.mine.baseUrl: must be a URL without user name, password, query and fragment',
    ],
    [
      'a name that stands twice',
      `${real}, "baseUrl": "https://other.example"`,
      ':5: "baseUrl" stands here a second time',
    ],
    ['two commas', `${real},,`, ':5: is not JSON: '],
    [
      'a name of no environment variable',
      '"baseUrl": "https://ark.example", "credentials": { "apiKey": "${my-key}" }',
      ':5: channels.mine.credentials.apiKey: "${my-key}" names no environment variable',
    ],
  ])('%s', (_, channel, sentence) => {
    let message = '';
    try {
      read(text(channel));
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message.includes(`${path}${sentence}`) ? sentence : message).toBe(sentence);
  });

  test.each([
    { provider: 'ark', apiKey: 'k' },
    { provider: 'ark', baseURL: 'https://ark.example/api/v3', credentials: { apiKey: 'k' } },
    { provider: 'ark' },
    { ...CHANNEL, simulated: 'yes' },
    { ...CHANNEL, simulated: true },
    { provider: 'ark', credentials: { apiKey: 'k' }, simulated: true },
  ])('no hint leads from a real channel to one that sells test clips: %j', (channel) => {
    let message = '';
    try {
      read({ channels: { mine: channel } });
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message).toMatch(/channels\.mine\./);
    expect(message).not.toMatch(/Allowed: true\b/);
    if ('simulated' in channel && channel.simulated === true) {
      expect(message).toContain('take out "simulated"');
    }
  });

  test('a channel that says it is not simulated is a real one', () => {
    const { channels } = read({ channels: { mine: { ...CHANNEL, simulated: false } } });
    expect(channels).toEqual({ mine: { ...CHANNEL, resultOrigins: [] } });
  });

  test('a price in a form that there is not is told with those that there are', () => {
    const priced = (price: unknown) => () => read({ models: { m: { ...MODEL, price } } });
    expect(priced({ perMinute: '1' })).toThrow(
      'models.m.price.perMinute: is not a known field (known: perVideo, perJob, perSecond',
    );
    expect(priced('25')).toThrow('must be {"perVideo": "25"}, {"perSecond": "5"}, {"rows": [...]}');
  });

  test('a file may hold comments, commas after the last entry and a byte order mark', () => {
    writeFileSync(
      path,
      '\uFEFF{\n  // Two jobs at once.\n  "waits": { "busyMs": 7, /* ms */ },\n}\n',
    );
    expect(readConfig({ REELAY_CONFIG: path }).waits.busyMs).toBe(7);
    writeFileSync(path, '{\n  // A comment.\n  "waits": { "busyMs": "7", },\n}\n');
    expect(() => readConfig({ REELAY_CONFIG: path })).toThrow(`${path}:3: waits.busyMs: `);
  });

  describe('a text that refers to a file', () => {
    const withKey = (apiKey: string) => ({
      channels: { mine: { ...CHANNEL, credentials: { apiKey } } },
    });

    test('holds its text without the line break at the end, by a path from the config or from the root', () => {
      writeFileSync(join(folder, 'ark.key'), 'from-a-file\n');
      for (const file of ['ark.key', join(folder, 'ark.key')]) {
        expect(read(withKey(`\${file:${file}}`)).channels).toMatchObject({
          mine: { credentials: { apiKey: 'from-a-file' } },
        });
      }
    });

    test('names the entry where the file is missing or empty, and never shows what a file holds', () => {
      writeFileSync(join(folder, 'empty.key'), '\n');
      const at = 'channels.mine.credentials.apiKey: names the file ';
      expect(() => read(withKey('${file:none.key}'))).toThrow(
        `${at}${join(folder, 'none.key')}, which cannot be read (`,
      );
      expect(() => read(withKey('${file:empty.key}'))).toThrow(
        `${at}${join(folder, 'empty.key')}, which is empty`,
      );
    });
  });

  test('a name of an environment variable may be in small letters', () => {
    const file = { channels: { mine: { ...CHANNEL, credentials: { apiKey: '${ark_key}' } } } };
    expect(read(file, { ark_key: 'k' }).channels).toMatchObject({
      mine: { credentials: { apiKey: 'k' } },
    });
    expect(() => read(file)).toThrow('names ${ark_key}, which is not set');
  });
});

describe('a key that cannot be sent stops the start, by its name and never by its value', () => {
  test.each<[string, string, string]>([
    ['of a mounted file', 'secret-1\n', 'ends in a line break, as files often do: take it out'],
    ['of a mounted file of Windows', 'secret-1\r\n', 'ends in a line break'],
    ['two in one', 'secret-1\nsecret-2', 'holds a character at position 9'],
    ['of another alphabet', 'ключ', 'holds a character at position 1'],
    ['with NUL', 'secret\0', 'holds a character at position 7'],
    ['with a space', 'secret one', 'holds a character at position 7'],
    ['blank', '  ', 'is empty or blank'],
    ['empty', '', 'is empty or blank'],
  ])('%s', (_, apiKey, sentence) => {
    const file = {
      channels: { mine: { ...CHANNEL, credentials: { apiKey } } },
      models: { m: MODEL },
    };
    let message = '';
    try {
      buildCatalog(read(file), undefined);
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message).toContain(`channels.mine.credentials.apiKey: ${sentence}`);
    expect(message).not.toContain('secret');
  });
});

describe('the environment', () => {
  const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');
  test('may have several secret keys while one is changed', () => {
    const given = `${SECRET_KEY},${Buffer.alloc(32, 8).toString('base64')}`;
    expect(read({}, { REELAY_SECRET_KEY: given }).environment.REELAY_SECRET_KEY).toBe(given);
  });
  test.each<[Record<string, string>, RegExp]>([
    [{ REELAY_PUBLIC_URL: 'here' }, /^environment: REELAY_PUBLIC_URL: /],
    [{ REELAY_PUBLIC_URL: 'ftp://a.example' }, /^environment: REELAY_PUBLIC_URL: /],
    [{ TEMPORAL_TLS: 'maybe' }, /^environment: TEMPORAL_TLS: has a value that is not allowed/],
    [
      { REELAY_SECRET_KEY: 'c2hvcnQ=' },
      /^environment: REELAY_SECRET_KEY: is not 32 bytes in base64$/,
    ],
    [{ REELAY_SECRET_KEY: '***' }, /^environment: REELAY_SECRET_KEY: /],
    [
      { REELAY_SECRET_KEY: `${SECRET_KEY},c2hvcnQ=` },
      /^environment: REELAY_SECRET_KEY: is not 32 bytes in base64$/,
    ],
    [{ REELAY_SECRET_KEY: `${SECRET_KEY},` }, /^environment: REELAY_SECRET_KEY: /],
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
      expect(() => read(file, env)).toThrow(
        `${path}:1: channels.mine.credentials.apiKey: names \${KEY_2}, which is not set`,
      );
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
    expect(() => read({}, {}, { waits: { sendMs: -1 } })).toThrow(/waits\.sendMs: must be/);
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
      { channels: { other: CHANNEL }, models: { m: MODEL } },
      'models.m.channels.0.channel: there is no channel "mine" (configured: other)',
    ],
    [
      'a provider that is not there',
      { channels: { mine: { ...CHANNEL, provider: 'nobody' } }, models: {} },
      `channels.mine.provider: there is no provider "nobody" (known: ${Object.keys(providers).join(', ')})`,
    ],
    [
      'a model that the provider does not have',
      {
        channels: { mine: CHANNEL },
        models: { m: { ...MODEL, channels: [{ channel: 'mine', model: 'old' }] } },
      },
      'models.m.channels.0.model: provider "ark" does not have "old"; known: ',
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
      'models.m.channels.0.like: provider "ark" does not have "old"; known: ',
    ],
    [
      'credentials of another kind',
      { channels: { mine: { ...CHANNEL, credentials: { token: 'x' } } }, models: {} },
      'channels.mine.credentials.token: is not a known field (known: apiKey) (of ark)',
    ],
    [
      'a credential that is missing',
      { channels: { mine: { ...CHANNEL, credentials: {} } }, models: {} },
      'channels.mine.credentials.apiKey: is required (of ark)',
    ],
    [
      'a provider in another spelling',
      { channels: { mine: { ...CHANNEL, provider: 'Arc' } }, models: {} },
      'channels.mine.provider: there is no provider "Arc"; did you mean "ark"?',
    ],
    [
      'a simulated channel without a simulator',
      { channels: { other: CHANNEL, mine: { provider: 'ark', simulated: true } }, models: {} },
      'channels.mine.simulated: no simulator runs in this process',
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
    expect(catalog.resolve(open, 'open').entry.price).toEqual({
      rows: [{ rates: { perVideo: '1.5' } }],
    });
    expect(catalog.resolve(staff, 'closed').entry.price).toEqual({ free: true });
    expect(catalog.channel('mine')?.channel.resultOrigins).toEqual([
      'https://ark.example',
      'https://cdn.example:444',
    ]);
    expect(() => catalog.resolve(open, 'closed')).toThrow(
      'model: there is no model "closed". Allowed: open.',
    );
    expect(catalog.groups()).toEqual(['default', 'staff']);
  });
});
