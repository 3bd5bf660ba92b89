import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { attempt, ConfigError } from '../core/catalog/config-error';
import type { Findings } from '../core/catalog/config-error';
import { reasonOf } from '../host/reason';

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

/**
 * Returns the value with every reference in its texts replaced. A text whose reference leads nowhere is left out, and
 * `errors` name its entry.
 */
export function expandAll(
  value: Record<string, unknown>,
  sources: Sources,
): Findings<Record<string, unknown>> {
  const errors: ConfigError[] = [];
  const expand = (item: unknown, at: Way): unknown => {
    if (typeof item === 'string') {
      const read = attempt(() => expanded(item, sources, at));
      errors.push(...read.errors);
      return read.made;
    }
    if (Array.isArray(item)) return item.map((part, index) => expand(part, [...at, index]));
    return isPlain(item) ? expandObject(item, at) : item;
  };
  const expandObject = (object: Record<string, unknown>, at: Way): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(object).map(([key, item]) => [key, expand(item, [...at, key])]),
    );
  return { made: expandObject(value, []), errors };
}

const expanded = (text: string, sources: Sources, at: Way): string =>
  text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => referred(name, sources, at));

const FILE = 'file:';

function referred(name: string, { env, folder }: Sources, at: Way): string {
  if (name.startsWith(FILE)) return textOf(resolve(folder, name.slice(FILE.length)), at);
  const shown =
    at.includes('credentials') && !isPlainName(name) ? '...' : name.slice(0, NAME_LENGTH_MAX);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new ConfigError(
      at,
      `"\${${shown}}" names no environment variable: letters, digits and _; a file goes as \${file:/its/path}`,
    );
  }
  const found = env[name];
  // Empty is not set, as for our own variables: a channel without its key is found at the start.
  if (!found) throw new ConfigError(at, `names \${${shown}}, which is not set`);
  return found;
}

function textOf(path: string, at: Way): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new ConfigError(at, `names the file ${path}, which cannot be read (${reasonOf(error)})`);
  }
  if (text === '') throw new ConfigError(at, `names the file ${path}, which is empty`);
  return text;
}

const NAME_LENGTH_MAX = 100;

/** Anything else beside credentials may be a key that was pasted into the braces, and is not shown. */
const isPlainName = (name: string): boolean => /^([A-Z][A-Z0-9_]*|[a-z][a-z_-]*)$/.test(name);

export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
