import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../src/config/problem';
import { surveySettings } from '../src/run/settings';

/**
 * What a person is told of a config that is wrong. Each file of test/broken-configs is one, and its first lines say what
 * is told of it: `// says 7 channels.ark.baseUrl: is required`, the number being the line; `// env ARK_KEY=k` sets a
 * variable. Everything that is wrong is told, in the order of the file, and nothing else.
 */

const FOLDER = join(__dirname, 'broken-configs');
const files = readdirSync(FOLDER);

test('there are forty of them at least', () => {
  expect(files.length).toBeGreaterThanOrEqual(40);
});

test.each(files)('%s is told as it says itself', (file) => {
  const path = join(FOLDER, file);
  const header = readFileSync(path, 'utf8').split('\n');
  const said = header.filter((line) => line.startsWith('// says ')).map((line) => line.slice(8));
  const env = header.filter((line) => line.startsWith('// env ')).map((line) => line.slice(7));
  const set = env.map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]);
  expect(
    told({ ...(Object.fromEntries(set) as Record<string, string>), REELAY_CONFIG: path }),
  ).toEqual(said);
});

function told(env: Record<string, string>): string[] {
  try {
    return surveySettings(env).problems.map(inWords);
  } catch (error) {
    // A file of which nothing can be read.
    const problems: unknown = Reflect.get(error as object, 'problems');
    if (!Array.isArray(problems)) throw error;
    return (problems as Problem[]).map(inWords);
  }
}

function inWords({ line, at, says }: Problem): string {
  const place = [line === undefined ? [] : [String(line)], at === '' ? [] : [`${at}:`]].flat();
  return [...place, says].join(' ');
}
