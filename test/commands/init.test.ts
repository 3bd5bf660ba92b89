import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNT_NAMES, ACCOUNTS, isReal } from '../../src/commands/init/accounts';
import type { GivenAnswers } from '../../src/commands/init/answers';
import type { Questions } from '../../src/commands/init/ask';
import { modelsOf } from '../../src/commands/init/models';
import { readPoints, variableProblem } from '../../src/commands/init/problems';
import { runInit } from '../../src/commands/init/run';
import { DEFAULT_CHANNELS } from '../../src/default-catalog';
import { UsageError } from '../../src/commands/kit/values';
import { providers } from '../../src/providers';
import { checkConfig } from '../../src/run/config-check';
import { main } from '../../src/main';
import { loadPart } from '../support/commands-page';

/** `reelay init`: what it writes is a config that starts, and it holds no key. */

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-init-'));
  path = join(folder, 'reelay.config.json');
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const init = (given: GivenAnswers, questions?: Questions, force = false) =>
  runInit({ config: path, isUsual: true, force, given, questions });

/** What a start would make of the file, with these variables set. */
const checked = (variables: readonly string[]) =>
  checkConfig(
    { file: path, env: Object.fromEntries(variables.map((name) => [name, 'a-key'])) },
    Date.now(),
  );

test.each(ACCOUNT_NAMES)(
  '%s by flags alone is a config that a start takes, with every model',
  async (provider) => {
    const { next } = await init({ provider: [provider] });
    const account = ACCOUNTS[provider];
    const variables = isReal(account) ? Object.values(account.variables) : [];
    const report = checked(variables);
    expect(report.problems).toEqual([]);
    expect(report.models.map(({ name }) => name)).toEqual(
      modelsOf(account).map(({ name }) => name),
    );
    expect(report.models.length).toBeGreaterThan(0);
    expect(report.channels.map((channel) => channel.baseUrl !== undefined)).toEqual(
      isReal(account) ? [true] : Object.keys(DEFAULT_CHANNELS).map(() => false),
    );
    expect(next.slice(-3)).toEqual(
      ['config check', 'try', 'start'].map((words) => `node scripts/reelay.mjs ${words}`),
    );
    expect(next.slice(0, -3)).toEqual(variables.map((name) => `export ${name}=...`));
  },
);

test.each(ACCOUNT_NAMES.filter((name) => isReal(ACCOUNTS[name])))(
  '%s offers what its provider has, under names of its own',
  (name) => {
    const account = ACCOUNTS[name];
    if (!isReal(account)) throw new Error('a real one was chosen');
    const models = modelsOf(account);
    for (const { id } of models) {
      expect(Object.keys(providers[account.provider]?.models ?? {})).toContain(id);
    }
    expect(new Set(models.map((model) => model.name)).size).toBe(models.length);
    expect(account.baseUrl).toMatch(/^https:/);
  },
);

test('it begins with the way to the schema, so that an editor completes and checks it', async () => {
  await init({ provider: ['ark'] });
  const [, first = ''] = readFileSync(path, 'utf8').split('\n');
  const [, way = ''] = /^ {2}"\$schema": "(.*)",$/.exec(first) ?? [];
  expect(existsSync(join(folder, way))).toBe(true);
  expect(way).toMatch(/^\.\.?\/.*reelay\.schema\.json$/);
});

test('two accounts are one file, by flags and by questions', async () => {
  const both = ['ARK_API_KEY', 'KLING_API_KEY'];
  const { next } = await init({ provider: ['ark-international', 'kling'] });
  const byFlags = checked(both);
  expect(byFlags.problems).toEqual([]);
  expect(byFlags.channels.map(({ name }) => name)).toEqual(['ark', 'kling']);
  expect(next.slice(0, 2)).toEqual(both.map((name) => `export ${name}=...`));
  const more = ['ark-international', 'yes', 'kling', ''];
  const typed = [...more, '', '', 'seedance-2.0 kling-3.0', '', '', ''];
  await init({}, typing([...typed, '']), true);
  const asked = checked(both);
  expect([asked.problems, asked.models.map(({ name }) => name)]).toEqual([
    [],
    ['seedance-2.0', 'kling-3.0'],
  ]);
});

test('flags choose models, points, variables and the public URL', async () => {
  const { next } = await init({
    provider: ['kling-pair'],
    keyEnv: 'MY_ACCESS',
    secretKeyEnv: 'MY_SECRET',
    models: ['kling-v3', 'kling-v2-6'],
    points: readPoints('7,kling-v3=12.5'),
    publicUrl: 'https://video.example.com',
  });
  expect(readFileSync(path, 'utf8')).toContain(
    '"credentials": { "accessKey": "${MY_ACCESS}", "secretKey": "${MY_SECRET}" }',
  );
  const prices = checked(['MY_ACCESS', 'MY_SECRET']).models.map(({ name, price }) => [name, price]);
  expect(Object.fromEntries(prices)).toEqual({
    'kling-v3': '12.5 points',
    'kling-v2-6': '7 points',
  });
  expect(next).toContain('export REELAY_PUBLIC_URL=https://video.example.com');
});

/** Answers as somebody who types these; the first that is wrong is followed by the next one. */
function typing(answers: readonly string[]): Questions & { refused: string[] } {
  const left = [...answers];
  const refused: string[] = [];
  const next = (): string => {
    const answer = left.shift();
    if (answer === undefined) throw new Error('nobody is there any more');
    return answer;
  };
  return {
    refused,
    // Sound as far as the test types one of the choices.
    choose: async <Value extends string>() => next() as Value,
    chooseSome: async () => next().split(' '),
    async write(_text, usual, problem) {
      for (;;) {
        const answer = next() || usual;
        const said = problem(answer);
        if (said === undefined) return answer;
        refused.push(said);
      }
    },
    agree: async () => next() === 'yes',
  };
}

const KEY = '0a1b2c3d-4e5f-6789-abcd-ef0123456789';

test('a person is asked, and one who pastes the key is told and asked again; the key is nowhere', async () => {
  const person = typing([
    'ark',
    'no',
    KEY,
    'MY_ARK_KEY',
    'seedance-2.0 seedance-2.5',
    '',
    'many',
    '60',
    '12.5',
    '',
  ]);
  const report = await init({}, person);
  expect(person.refused[0]).toMatch(/looks like a key itself.*name of the environment variable/);
  expect(person.refused).toHaveLength(2);
  const { models, problems } = checked(['MY_ARK_KEY']);
  expect(problems).toEqual([]);
  expect(models.map(({ name, price }) => [name, price])).toEqual([
    ['seedance-2.5', '1.3 times the list price'],
    ['seedance-2.0', '60 points'],
  ]);
  const said = JSON.stringify([report, person.refused, readFileSync(path, 'utf8')]);
  expect(said).not.toContain(KEY);
});

test('what flags said is not asked again', async () => {
  const person = typing(['seedance-2.0', '']);
  await init({ provider: ['ark'], keyEnv: 'K', points: readPoints('1') }, person);
  expect(checked(['K']).models).toMatchObject([{ name: 'seedance-2.0', price: '1 points' }]);
});

test('a file that is there stays, unless somebody agrees or --force says so', async () => {
  writeFileSync(path, '{}');
  await expect(init({ provider: ['ark'] })).rejects.toThrow('--force writes over it');
  await expect(init({}, typing(['no']))).rejects.toThrow('stays as it is');
  expect(readFileSync(path, 'utf8')).toBe('{}');
  await init({ provider: ['simulated'] }, typing(['yes', ...Array<string>(20).fill('')]));
  expect(readFileSync(path, 'utf8')).toContain('"simulated": true');
  await init({ provider: ['ark'] }, undefined, true);
  expect(readFileSync(path, 'utf8')).toContain('${ARK_API_KEY}');
});

const KEYS = [
  KEY,
  'sk-abcdefghijklmnop0123',
  'abcdef0123456789abcdef0123456789',
  'two words that are long',
];
test.each(KEYS)('what looks like a key is told by its looks, and not repeated: %s', (key) => {
  expect(variableProblem(key)).toContain('looks like a key itself');
  expect(variableProblem(key)).not.toContain(key);
});
test.each(['ARK_API_KEY', 'KLING_SECRET_KEY_2_OF_US', 'arkKey', '_K'])('%s is a name', (name) => {
  expect(variableProblem(name)).toBeUndefined();
});

test.each<[line: string, sentence: string]>([
  [`--key-env ${KEY} --yes`, 'reelay init: --key-env: that looks like a key itself'],
  ['--key-env 1K --yes', 'reelay init: --key-env: takes the name of an environment variable'],
  [
    '--provider nobody --yes',
    'reelay init: --provider: there is no "nobody" (known: ark, ark-international, google,',
  ],
  [
    '--provider ark,kling,ark-international --yes',
    'reelay init: --provider: "ark-international" cannot be in one file with "ark, kling"',
  ],
  ['--provider simulated,ark --yes', 'reelay init: --provider: "ark" cannot be in one file with'],
  ['--provider ark --points much --yes', 'reelay init: --points: takes an amount of points'],
  ['--public-url video --yes', 'reelay init: --public-url: takes an origin such as https://'],
])('a mistake in its flags is one sentence, and nothing is written: %s', async (line, sentence) => {
  let said = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  expect(await main(['init', '--config', path, ...line.split(' ')], loadPart)).toBe(2);
  expect(said.startsWith(sentence) || said).toBe(true);
  expect(said).not.toContain(KEY);
  expect(existsSync(path)).toBe(false);
});

test.each<[given: GivenAnswers, sentence: string]>([
  [{ provider: ['ark', 'kling'], keyEnv: 'K' }, '--key-env needs one --provider alone'],
  [{ keyEnv: 'K' }, '--key-env needs one --provider alone, and one that has a key'],
  [{ provider: ['ark'], secretKeyEnv: 'K' }, '--secret-key-env needs --provider kling-pair'],
  [{ provider: ['ark'], models: ['sora'] }, '--models: there is no "sora" (known: seedance-'],
  [{ provider: ['ark'], points: readPoints('sora=1') }, '--points: there is no "sora" (known: '],
])(
  'flags that do not fit together are one sentence, and nothing is written: %j',
  async (given, sentence) => {
    await expect(init(given)).rejects.toThrow(UsageError);
    await expect(init(given)).rejects.toThrow(sentence);
    expect(existsSync(path)).toBe(false);
  },
);
