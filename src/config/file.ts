import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ConfigError } from '../core/catalog/config-error';
import { jsonProblem, valueOf } from '../core/json/json-place';
import { codeOf, reasonOf } from '../host/reason';
import { ConfigRefused } from './problem';
import type { Problem, SourceText } from './problem';
import { expandAll, isPlain } from './references';
import type { Env } from './references';

/** reelay.config.json: its text, its values with what they refer to put in, and where in it something stands. */

export interface ConfigFile extends SourceText {
  value: Record<string, unknown>;
  /** References of it that lead nowhere; their texts are left out of `value`. */
  errors: readonly ConfigError[];
}

/**
 * Reads the config file. A file that nobody named may be missing and is an empty one; any other throws when it cannot
 * be read or is no JSON object, since nothing in it can be judged then.
 */
export function readFile(path: string, isRequired: boolean, env: Env): ConfigFile {
  let text: string;
  try {
    // Some editors write a byte order mark.
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (!isRequired && codeOf(error) === 'ENOENT') return { path, text: '', value: {}, errors: [] };
    throw refused({ file: path, says: `cannot be read (${reasonOf(error)})` });
  }
  const problem = jsonProblem(text);
  if (problem) throw refused({ file: path, line: problem.line, says: problem.text });
  const parsed = valueOf(text);
  if (!isPlain(parsed)) throw refused({ file: path, says: 'is not a JSON object' });
  const { made, errors } = expandAll(parsed, { env, folder: dirname(path) });
  return { path, text, value: made, errors };
}

function refused(problem: Omit<Problem, 'at'>): ConfigRefused {
  return new ConfigRefused([{ at: '', ...problem }]);
}
