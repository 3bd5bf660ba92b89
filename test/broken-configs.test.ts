import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkConfig } from '../src/run/config-check';
import { readWritten, wordsOf } from './support/written-config';

/**
 * What a person is told of a config that is wrong. Each file of test/broken-configs is one, and its first lines say what
 * is told of it: everything that is wrong, in the order of the file, and nothing else.
 */

const FOLDER = join(__dirname, 'broken-configs');
const files = readdirSync(FOLDER);

test('there are forty of them at least', () => {
  expect(files.length).toBeGreaterThanOrEqual(40);
});

test.each(files)('%s is told as it says itself', (file) => {
  const { path, env, said } = readWritten(join(FOLDER, file));
  const report = checkConfig({ env: { ...env, REELAY_CONFIG: path } }, Date.now());
  expect(report.ok).toBe(false);
  expect(report.problems.map(wordsOf)).toEqual(said);
});
