import { homedir } from 'node:os';
import type { z } from 'zod';
import { environmentSchema } from './config/environment';
import type { Environment } from './config/environment';
import { placed, readFile } from './config/file';
import type { ConfigFile } from './config/file';
import { fileSchema } from './config/file-schema';
import { isPlain } from './config/references';
import type { FileConfig, FileConfigInput } from './config/file-schema';
import { cacheFolder } from './host/cache-folder';
import { ConfigError } from './core/catalog/config-error';
import { unknownFirst } from './core/json/known-fields';
import { describeIssues } from './core/json/parse';

/**
 * The only reader of the environment and of reelay.config.json: one schema, one frozen value. A wrong entry stops
 * the start with one sentence that names it.
 */

export type { ChannelConfig, FileConfigInput } from './config/file-schema';

export interface Config extends FileConfig {
  /** The file that was read, for errors that the catalog finds; its text is empty where there is none. */
  source: Pick<ConfigFile, 'path' | 'text'>;
  environment: Environment;
  /** The environment that child processes get: our own, untouched. */
  childEnvironment: Readonly<Record<string, string | undefined>>;
  cacheFolder: string;
}

/** `overrides` wins over the file, entry by entry; commands use it for what their flags say. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  overrides: FileConfigInput = {},
): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const environment = placedAt(ENVIRONMENT, () => check(environmentSchema, present));
  const path = environment.REELAY_CONFIG ?? 'reelay.config.json';
  const source = readFile(path, environment.REELAY_CONFIG !== undefined, env);
  const merged = merge(source.value, overrides);
  const config = placedAt(source, () => check(fileSchema, merged));
  return deepFreeze({
    ...config,
    source: { path, text: source.text },
    environment,
    childEnvironment: { ...env },
    cacheFolder: cacheFolder({
      given: environment.REELAY_CACHE,
      xdgCacheHome: environment.XDG_CACHE_HOME,
      home: homedir(),
    }),
  });
}

const ENVIRONMENT = { path: 'environment', text: '' };

function placedAt<T>(source: Config['source'], read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw placedError(error, { source });
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, text } = describeIssues(unknownFirst(result.error.issues));
  throw new ConfigError(path, text);
}

/** Returns the error with the line of the file, for whoever reads the config further; anything else as it is. */
export function placedError(error: unknown, { source }: Pick<Config, 'source'>): unknown {
  return error instanceof ConfigError ? placed(source, error) : error;
}

/** Objects merge, everything else is replaced. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isPlain(base) || !isPlain(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], over[key])]));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
