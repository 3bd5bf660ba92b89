import { readConfig } from '../../src/config';
import { kling } from '../../src/providers/kling';
import { newerModels } from '../../src/providers/kling/newer/models';
import { retiredModels } from '../../src/providers/kling/retired';
import { buildCatalog } from '../../src/run/channels';

/** A key of Kling's has two forms, and an account with either can be configured. */

type Keys = Record<string, string>;

function started(credentials: Keys, model = 'kling-v3'): unknown {
  const channel = { provider: 'kling', baseUrl: 'https://kling.example', credentials };
  const config = readConfig(
    { REELAY_CONFIG: '' },
    {
      channels: { mine: channel },
      models: { m: { channels: [{ channel: 'mine', model }], price: { perJob: '1' } } },
    },
  );
  // The catalog of a checkout without a file is not part of this one.
  const own = { ...config, channels: { mine: config.channels['mine'] ?? fail() } };
  const models = { m: config.models['m'] ?? fail() };
  return buildCatalog({ ...own, models }, undefined).channel('mine')?.channel.credentials;
}

function fail(): never {
  throw new Error('the entry is in the config');
}

const PAIR = { accessKey: 'ak', secretKey: 'sk' };

test.each<Keys>([{ apiKey: 'k' }, PAIR, { ...PAIR, webhookSecret: 'whsec_b3RoZXI=' }])(
  '%j is enough',
  (credentials) => {
    expect(started(credentials)).toEqual(credentials);
  },
);

const NEEDS =
  'channels.mine.credentials: needs "apiKey", or, for an account of before June 2026, ' +
  '"accessKey" together with "secretKey"';

test.each<[Keys, string]>([
  [{}, `${NEEDS} (of kling)`],
  [{ apiKey: 'k', ...PAIR }, `${NEEDS}; it has both, so take one of them out (of kling)`],
  [
    { accessKey: 'ak' },
    'channels.mine.credentials.secretKey: is required beside the other one (of kling)',
  ],
  [
    { secretKey: 'sk' },
    'channels.mine.credentials.accessKey: is required beside the other one (of kling)',
  ],
  [{ webhookSecret: 'whsec_b3RoZXI=' }, `${NEEDS} (of kling)`],
  [
    { apiKey: 'k', webhookSecret: 'secret' },
    'credentials.webhookSecret: must be the secret as the console shows it, "whsec_" and base64',
  ],
  [{ apiKey: 'a key' }, 'channels.mine.credentials.apiKey: holds a character at position 2'],
  [
    { apikey: 'k' },
    'channels.mine.credentials.apikey: is not a known field; did you mean "apiKey"',
  ],
])('%j stops the start with one sentence', (credentials, sentence) => {
  expect(() => started(credentials)).toThrow(sentence);
});

describe('a model', () => {
  const newer = Object.keys(newerModels);

  test.each(newer)('%s of the newer wire needs a key', (model) => {
    expect(started({ apiKey: 'k' }, model)).toEqual({ apiKey: 'k' });
    expect(() => started(PAIR, model)).toThrow(
      `models.m.channels.0.model: "${model}" needs "apiKey" in the credentials of its channel: ` +
        '"accessKey" and "secretKey" open the older models alone (channel "mine")',
    );
  });

  test.each(Object.entries(retiredModels))(
    '%s stops the start',
    (model, { since, successor = '' }) => {
      const sentence = `models.m.channels.0.model: kling has "${model}" no more since ${since}; use "${successor}"`;
      for (const keys of [{ apiKey: 'k' }, PAIR]) {
        expect(() => started(keys, model)).toThrow(sentence);
        expect(started(keys, successor)).toEqual(keys);
      }
      const [gone, next] = [kling.models[model], kling.models[successor]];
      expect(Object.keys(next?.modes ?? {})).toEqual(
        expect.arrayContaining(Object.keys(gone?.modes ?? {})),
      );
    },
  );

  test('that nobody knows is told with those that live', () => {
    expect(() => started(PAIR, 'kling-v9')).toThrow(
      /does not have "kling-v9"; known: kling-v2-5-turbo, kling-v2-6, kling-v3, /,
    );
  });
});

test('a key is sent as it is, a pair signs', () => {
  const call = { method: 'GET', target: { path: '/' }, headers: {} } as const;
  const sent = (keys: Keys) => kling.authorize(call, keys, 0).headers['authorization'];
  expect(sent({ apiKey: 'k' })).toBe('Bearer k');
  expect(sent(PAIR)).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
});
