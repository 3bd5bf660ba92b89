import { readFileSync } from 'node:fs';
import type { Problem } from '../../src/config/problem';
import { providers } from '../../src/providers';

/** A config of the tests, whose first lines say what is said of it. */
export interface WrittenConfig {
  path: string;
  /** Read from lines such as `// env ARK_KEY=k`. */
  env: Record<string, string>;
  /**
   * Read from lines such as `// says 7 channels.ark.baseUrl: is required`; the number is the line of the file, and
   * `{providers}` stands for the names of all that there are.
   */
  said: string[];
}

export function readWritten(path: string): WrittenConfig {
  const lines = readFileSync(path, 'utf8').split('\n');
  const after = (start: string): string[] =>
    lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
  const env = after('// env ').map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return { path, env: Object.fromEntries(env), said: after('// says ').map(named) };
}

const named = (said: string): string => said.replace('{providers}', PROVIDERS);

/** The names of all providers as a person is told them. */
export const PROVIDERS = Object.keys(providers).join(', ');

/** Writes what is said as the files do. */
export function wordsOf({ line, at, says }: Problem): string {
  const place = line === undefined ? '' : `${String(line)} `;
  return `${place}${at === '' ? '' : `${at}: `}${says}`;
}
