import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../core/catalog/config-error';
import { jsonProblem, lineOf, valueOf } from '../core/json/json-place';
import { expandAll, isPlain } from './references';
import type { Env } from './references';

/** reelay.config.json: its text, its values with what they refer to put in, and where in it something stands. */

export interface ConfigFile {
  path: string;
  /** Empty where there is no file. */
  text: string;
  value: Record<string, unknown>;
}

/**
 * Tells an error with its place, `reelay.config.json:12: channels.ark.baseUrl: is required`; the line only where the
 * file has one for it.
 */
export function placed(
  { path, text }: Pick<ConfigFile, 'path' | 'text'>,
  error: ConfigError,
): Error {
  const line = lineOf(text, error.at);
  const where = line === undefined ? path : `${path}:${String(line)}`;
  return new Error(`${where}: ${error.message}`, { cause: error });
}

/**
 * Reads the config file. A file that nobody named may be missing and is an empty one; any other throws when it cannot
 * be read.
 */
export function readFile(path: string, isRequired: boolean, env: Env): ConfigFile {
  let text: string;
  try {
    // Some editors write a byte order mark.
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (!isRequired && isMissing(error)) return { path, text: '', value: {} };
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new Error(`${path}: cannot be read (${reason})`, { cause: error });
  }
  const problem = jsonProblem(text);
  if (problem) throw new Error(`${path}:${String(problem.line)}: ${problem.text}`);
  const parsed = valueOf(text);
  if (!isPlain(parsed)) throw new Error(`${path}: is not a JSON object`);
  try {
    return { path, text, value: expandAll(parsed, { env, folder: dirname(path) }, []) };
  } catch (error) {
    throw error instanceof ConfigError ? placed({ path, text }, error) : error;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
