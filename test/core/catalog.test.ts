import { createCatalog, type Channel, type ModelEntry } from '../../src/core/catalog/catalog';
import { retirementHeaders } from '../../src/core/catalog/retirement';
import type { Provider } from '../../src/core/provider/provider';

/** Who sees which model: one rule, for lists and for jobs alike. */

const NOW = Date.parse('2026-11-29T12:00:00Z');
const DAY_MS = 86_400_000;

// Nothing here talks to a provider: the catalog reads these two fields.
const PROVIDER = { name: 'paper', models: { 'paper-1': {} } } as unknown as Provider;
const CHANNEL: Channel = {
  name: 'paper',
  provider: 'paper',
  baseUrl: 'http://127.0.0.1:9',
  credentials: {},
  resultOrigins: [],
  simulated: true,
};
const model = (name: string, ...groups: string[]): ModelEntry => ({
  name,
  aliases: [],
  groups,
  price: { free: true },
  channels: [{ channel: 'paper', model: 'paper-1' }],
});
const catalog = createCatalog({
  models: [model('a', 'default'), model('b', 'default', 'staff'), model('c', 'staff')],
  channels: [CHANNEL],
  providers: { paper: PROVIDER },
  now: () => NOW,
});

test.each<[group: string, models: string[] | null, seen: string[]]>([
  ['default', null, ['a', 'b']],
  ['staff', null, ['b', 'c']],
  ['nobody', null, []],
  ['default', ['b'], ['b']],
  ['default', ['b', 'a'], ['a', 'b']],
  ['default', ['c'], []],
  ['default', ['b', 'gone'], ['b']],
  ['default', [], []],
])('group %s with the list %j sees %j and can use nothing else', (group, models, seen) => {
  const access = { group, models };
  expect(catalog.list(access).map(({ entry }) => entry.name)).toEqual(seen);
  for (const name of ['a', 'b', 'c', 'gone']) {
    const resolve = () => catalog.resolve(access, name).entry.name;
    if (seen.includes(name)) expect(resolve()).toBe(name);
    else expect(resolve).toThrow(`there is no model "${name}". Allowed: ${seen.join(', ')}.`);
  }
});

test('knows every group that a model names', () => {
  expect(catalog.groups()).toEqual(['default', 'staff']);
});

describe('a name that is taken out of use', () => {
  const access = { group: 'default', models: null };
  const withEntries = (...entries: ModelEntry[]) =>
    createCatalog({
      models: entries,
      channels: [CHANNEL],
      providers: { paper: PROVIDER },
      now: () => NOW,
    });
  const next = model('next', 'default');

  test('is used by its name and its aliases until its sunset, and tells of it', () => {
    const sunsetAt = Date.parse('2027-03-01');
    const old = {
      ...model('old', 'default'),
      aliases: ['latest'],
      deprecatedAt: Date.parse('2026-10-01'),
      sunsetAt,
    };
    const at = withEntries(old, next);
    for (const name of ['old', 'latest']) expect(at.resolve(access, name).entry).toBe(old);
    expect(retirementHeaders(old)).toEqual({
      Deprecation: '@1790812800',
      Sunset: 'Mon, 01 Mar 2027 00:00:00 GMT',
    });
    expect(retirementHeaders(next)).toEqual({});
  });

  test('is refused from its sunset on, with the name to use instead, and is in no list', () => {
    const gone = {
      ...model('gone', 'default'),
      aliases: ['latest'],
      sunsetAt: NOW - DAY_MS,
      successor: 'next',
    };
    const at = withEntries(gone, next);
    expect(at.list(access).map(({ entry }) => entry.name)).toEqual(['next']);
    for (const name of ['gone', 'latest']) {
      expect(() => at.resolve(access, name)).toThrow(
        `model: "${name}" is out of service since 2026-11-28; use "next".`,
      );
    }
    expect(() => at.resolve({ group: 'staff', models: null }, 'gone')).toThrow('there is no model');
  });

  test.each<[what: string, entries: ModelEntry[], error: string]>([
    [
      'an alias that is a name',
      [{ ...model('a', 'default'), aliases: ['next'] }, next],
      '"next" is the name of "next" already',
    ],
    [
      'an alias of two',
      [
        { ...model('a', 'default'), aliases: ['x'] },
        { ...model('b', 'default'), aliases: ['x'] },
      ],
      '"x" is the name of "a" already',
    ],
    [
      'a successor that nobody has',
      [{ ...model('a', 'default'), successor: 'gone' }],
      'there is no model "gone" (configured: a)',
    ],
  ])('%s is a mistake of the config', (_, entries, error) => {
    expect(() => withEntries(...entries)).toThrow(error);
  });
});
