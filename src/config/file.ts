import { readFileSync } from 'node:fs';
import { ConfigError } from '../core/catalog/config-error';
import { jsonProblem, lineOf } from '../core/json/json-place';

/** reelay.config.json: its text, its values with the environment's put in, and where in it something stands. */

export type Env = Readonly<Record<string, string | undefined>>;

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
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!isRequired && isMissing(error)) return { path, text: '', value: {} };
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new Error(`${path}: cannot be read (${reason})`, { cause: error });
  }
  const problem = jsonProblem(text);
  if (problem) throw new Error(`${path}:${String(problem.line)}: ${problem.text}`);
  const parsed: unknown = JSON.parse(text);
  if (!isPlain(parsed)) throw new Error(`${path}: is not a JSON object`);
  try {
    return { path, text, value: expandAll(parsed, env, []) };
  } catch (error) {
    throw error instanceof ConfigError ? placed({ path, text }, error) : error;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

type Way = readonly PropertyKey[];

function expandAll(value: Record<string, unknown>, env: Env, at: Way): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, expand(item, env, [...at, key])]),
  );
}

/** `${NAME}` inside any text is taken from the environment, so that the file needs no secrets. */
function expand(value: unknown, env: Env, at: Way): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => valueOf(name, env, at));
  }
  if (Array.isArray(value)) return value.map((item, index) => expand(item, env, [...at, index]));
  return isPlain(value) ? expandAll(value, env, at) : value;
}

function valueOf(name: string, env: Env, at: Way): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const shown = name.slice(0, NAME_LENGTH_MAX);
    throw new ConfigError(
      at,
      `"\${${shown}}" names no environment variable: letters, digits and _`,
    );
  }
  const found = env[name];
  // Empty is not set, as for our own variables: a channel without its key is found at the start.
  if (!found) throw new ConfigError(at, `names \${${name}}, which is not set`);
  return found;
}

const NAME_LENGTH_MAX = 100;

export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
