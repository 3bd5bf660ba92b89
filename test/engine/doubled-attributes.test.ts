import { doubledAttributes } from '../../src/engine/doubled-attributes';

/** The replies are those of Server 1.29.1 to DescribeNamespace, recorded on a namespace that five processes began at once. */

const ENGINE = { address: 'temporal:7233', namespace: 'reelay' };
const RECORDED = {
  Keyword01: 'ReelayWorkspace',
  Keyword02: 'ReelayModel',
  Keyword03: 'ReelayProvider',
  Keyword07: 'ReelayWorkspace',
  Keyword08: 'ReelayModel',
  Keyword10: 'ReelayProvider',
};
const remove = (name: string): string =>
  `temporal operator search-attribute remove --address temporal:7233 --namespace reelay --name ${name} --yes`;

test('names that have two columns are said with the command that takes one away', () => {
  const said = doubledAttributes(RECORDED, ENGINE);
  expect(said).toContain(
    'namespace "reelay" has search attributes twice (ReelayModel, ReelayProvider, ReelayWorkspace)',
  );
  expect(said?.split('run each once: ')[1]?.split('; ')).toEqual(
    ['ReelayModel', 'ReelayProvider', 'ReelayWorkspace'].map(remove),
  );
});

test('a name with three columns is taken away twice', () => {
  const said = doubledAttributes({ Keyword01: 'A', Keyword02: 'A', Keyword05: 'A' }, ENGINE);
  expect(said?.split('run each once: ')[1]).toBe(`${remove('A')}; ${remove('A')}`);
});

test.each([
  ['one column each', { Keyword01: 'ReelayModel', Keyword02: 'ReelayProvider' }],
  ['no aliases, as on a server that keeps names directly', {}],
])('%s is nothing to say', (_, aliases) => {
  expect(doubledAttributes(aliases, ENGINE)).toBeUndefined();
});
