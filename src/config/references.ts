import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../core/catalog/config-error';

/**
 * What a text of the config refers to, so that the file needs no secrets: `${ARK_API_KEY}` is the environment variable,
 * `${file:/run/secrets/ark}` the text of the file, without the line break at its end.
 */

export type Env = Readonly<Record<string, string | undefined>>;

/** The places that references lead to: the environment, and files, whose relative paths begin in the folder of the config. */
export interface Sources {
  env: Env;
  folder: string;
}

type Way = readonly PropertyKey[];

/** Returns the value with every reference in its texts replaced. Throws a `ConfigError` that names the entry. */
export function expandAll(
  value: Record<string, unknown>,
  sources: Sources,
  at: Way,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, expand(item, sources, [...at, key])]),
  );
}

function expand(value: unknown, sources: Sources, at: Way): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => referred(name, sources, at));
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => expand(item, sources, [...at, index]));
  }
  return isPlain(value) ? expandAll(value, sources, at) : value;
}

const FILE = 'file:';

function referred(name: string, { env, folder }: Sources, at: Way): string {
  if (name.startsWith(FILE)) return textOf(resolve(folder, name.slice(FILE.length)), at);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const shown = name.slice(0, NAME_LENGTH_MAX);
    throw new ConfigError(
      at,
      `"\${${shown}}" names no environment variable: letters, digits and _; a file goes as \${file:/its/path}`,
    );
  }
  const found = env[name];
  // Empty is not set, as for our own variables: a channel without its key is found at the start.
  if (!found) throw new ConfigError(at, `names \${${name}}, which is not set`);
  return found;
}

function textOf(path: string, at: Way): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new ConfigError(at, `names the file ${path}, which cannot be read (${reason})`);
  }
  if (text === '') throw new ConfigError(at, `names the file ${path}, which is empty`);
  return text;
}

const NAME_LENGTH_MAX = 100;

export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
