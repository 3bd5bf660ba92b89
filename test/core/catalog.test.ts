import { createCatalog, type Channel, type ModelEntry } from '../../src/core/catalog/catalog';
import type { Provider } from '../../src/core/provider/provider';

/** Who sees which model: one rule, for lists and for jobs alike. */

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
  groups,
  price: { free: true },
  channels: [{ channel: 'paper', model: 'paper-1' }],
});
const catalog = createCatalog(
  [model('a', 'default'), model('b', 'default', 'staff'), model('c', 'staff')],
  [CHANNEL],
  { paper: PROVIDER },
);

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
