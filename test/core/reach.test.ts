import { reachOf } from '../../src/core/catalog/reach';
import { isKnown } from '../../src/attempts/send';
import { readConfig } from '../../src/config';
import { buildCatalog } from '../../src/run/channels';

/** A channel's name belongs to the provider that an attempt had; whoever has the name later knows nothing of its jobs. */

const origin = 'http://127.0.0.1:1';
const catalog = buildCatalog(readConfig({ REELAY_CONFIG: '' }), {
  origin,
  channelOf: () => ({ baseUrl: origin, credentials: {} }),
});
const model = 'doubao-seedance-2-0-260128';

test('a name that leads to another provider by now reaches nobody', () => {
  const channel = 'ark-simulated';
  expect(reachOf({ catalog }, { channel, provider: 'ark' })?.provider.name).toBe('ark');
  expect(reachOf({ catalog }, { channel, provider: 'kling' })).toBeUndefined();
  expect(reachOf({ catalog }, { channel: 'gone', provider: 'ark' })).toBeUndefined();
  expect(isKnown({ catalog }, { channel, provider: 'ark', model })).toBe(true);
  expect(isKnown({ catalog }, { channel, provider: 'kling', model })).toBe(false);
});

test.each(['constructor', 'toString', '__proto__'])('no provider has a model %s', (name) => {
  const route = { channel: 'ark-simulated', provider: 'ark', model: name };
  expect(isKnown({ catalog }, route)).toBe(false);
  expect(isKnown({ catalog }, { ...route, model, like: name })).toBe(false);
});
