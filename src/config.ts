import { homedir } from 'node:os';
import type { z } from 'zod';
import { environmentSchema } from './config/environment';
import type { Environment } from './config/environment';
import { withDefaults } from './config/defaults';
import { readFile } from './config/file';
import { fileSchema } from './config/file-schema';
import type { FileConfig, FileConfigInput } from './config/file-schema';
import { ConfigRefused, placed } from './config/problem';
import type { Problem, SourceText } from './config/problem';
import { isPlain } from './config/references';
import type { Env } from './config/references';
import { soundPart, withoutValues } from './config/sound';
import type { ConfigError, Findings } from './core/catalog/config-error';
import { configErrors } from './core/catalog/config-issues';
import { cacheFolder } from './host/cache-folder';

/**
 * The only reader of the environment and of reelay.config.json: one schema, one frozen value. Wrong entries stop the
 * start, each with a sentence that names it.
 */

export type { ChannelConfig, FileConfigInput } from './config/file-schema';

export interface Config extends FileConfig {
  /** The file that was read, for errors that the catalog finds. */
  source: SourceText;
  environment: Environment;
  /** The environment that child processes get: our own, untouched. */
  childEnvironment: Readonly<Record<string, string | undefined>>;
  cacheFolder: string;
}

/** What was read: the config of everything that is right, and all that is wrong. */
export interface Survey {
  config: Config;
  problems: readonly Problem[];
  /** Names of channels of the file that `config` lacks, since something is wrong with them. */
  unusable: readonly string[];
}

/**
 * `overrides` wins over the file, entry by entry; commands use it for what their flags say. Throws a `ConfigRefused`
 * with every entry that is wrong.
 */
export function readConfig(env: Env = process.env, overrides: FileConfigInput = {}): Config {
  const { config, problems } = surveyConfig({ env, overrides });
  if (problems.length > 0) throw new ConfigRefused(problems);
  return config;
}

export interface SurveyOptions {
  env?: Env | undefined;
  overrides?: FileConfigInput | undefined;
  /** The path of the file, in place of the one that the environment names. */
  file?: string | undefined;
}

/** Reads as `readConfig` does, and goes on after what is wrong. Throws only where no file can be read at all. */
export function surveyConfig({ env = process.env, overrides, file: path }: SurveyOptions): Survey {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const environment = judge(environmentSchema, present, []);
  const named = path ?? present['REELAY_CONFIG'];
  const source = readFile(named ?? 'reelay.config.json', named !== undefined, env);
  // Sound: objects merge to an object.
  const merged = merge(source.value, overrides ?? {}) as Record<string, unknown>;
  const joined = withDefaults(merged);
  const file = judge(fileSchema, joined.made, [...source.errors, ...joined.errors]);
  const config: Config = {
    ...file.made,
    source: { path: source.path, text: source.text },
    environment: environment.made,
    childEnvironment: { ...env },
    cacheFolder: cacheFolder({
      given: environment.made.REELAY_CACHE,
      xdgCacheHome: environment.made.XDG_CACHE_HOME,
      home: homedir(),
    }),
  };
  const problems = [
    ...placed({ path: 'environment', text: '' }, environment.errors),
    ...placed(source, file.errors),
  ];
  const written = isPlain(merged['channels']) ? Object.keys(merged['channels']) : [];
  const unusable = written.filter((name) => !Object.hasOwn(config.channels, name));
  return { config: deepFreeze(config), problems, unusable };
}

/** First values are left out, then entries, then what names those. */
const ROUNDS_MAX = 5;

/** Parses, and where something is wrong tells all of it and makes the value of the rest. */
function judge<T>(
  schema: z.ZodType<T>,
  value: Readonly<Record<string, unknown>>,
  known: readonly ConfigError[],
): Findings<T> {
  const places = known.map(({ at }) => at.join('.'));
  const first = schema.safeParse(value);
  if (first.success && known.length === 0) return { made: first.data, errors: [] };
  const found = first.success ? [] : configErrors(first.error.issues, []);
  const errors = [...known, ...found.filter(({ at }) => !places.includes(at.join('.')))];
  let rest = withoutValues(soundPart(value, known), found);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const result = schema.safeParse(rest);
    if (result.success) return { made: result.data, errors };
    rest = soundPart(rest, configErrors(result.error.issues, []));
  }
  return { made: schema.parse({ channels: {}, models: {} }), errors };
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
