import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkConfig } from '../src/run/config-check';
import { readWritten, wordsOf } from './support/written-config';

/**
 * What a check warns of: what is allowed and most likely not meant. Each file of test/odd-configs is a config that can be
 * used, and its first lines say what is said of it, as in test/broken-configs.
 */

const FOLDER = join(__dirname, 'odd-configs');
const NOW = Date.parse('2026-11-29');

test.each(readdirSync(FOLDER))('%s is told as it says itself', (file) => {
  const { path, env, said } = readWritten(join(FOLDER, file));
  const { ok, problems, warnings } = checkConfig({ env: { ...env, REELAY_CONFIG: path } }, NOW);
  expect(problems).toEqual([]);
  expect(ok).toBe(true);
  expect(warnings.map(wordsOf)).toEqual(said);
  // No warning shows a key.
  for (const value of Object.values(env).filter((text) => text.includes('0123'))) {
    expect(JSON.stringify(warnings)).not.toContain(value.replaceAll('"', ''));
  }
});

test('a check tells what a sound config offers, with the channels in the order in which they are tried', () => {
  const { path, env } = readWritten(join(FOLDER, 'nothing-odd.jsonc'));
  const report = checkConfig({ env, file: path }, NOW);
  expect(report).toEqual({
    ok: true,
    file: path,
    isThere: true,
    problems: [],
    warnings: [],
    channels: [
      {
        name: 'ark',
        provider: 'ark',
        baseUrl: 'https://ark.ap-southeast.bytepluses.com/api/v3/',
      },
    ],
    models: [
      {
        name: 'sora-2',
        madeBy: ['ark: dreamina-seedance-2-0-260128'],
        price: '40 points',
        groups: ['default'],
        points: { default: { from: '40', to: '40' } },
      },
      {
        name: 'newer',
        madeBy: ['ark: ep-20261128-abcde'],
        price: '25 points',
        groups: ['default'],
        points: { default: { from: '25', to: '25' } },
      },
    ],
  });
});
