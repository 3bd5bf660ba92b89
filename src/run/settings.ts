import { surveyConfig } from '../config';
import type { Config, FileConfigInput, Survey, SurveyOptions } from '../config';
import { ConfigRefused, inOrder, placed } from '../config/problem';
import { attempt, ConfigError } from '../core/catalog/config-error';
import type { SimulatorAddress } from '../core/ports/simulators';
import { buildCatalog } from './channels';
import { capsOf } from './caps';

const ANYWHERE = 'http://127.0.0.1';
/** An address like any other: what is asked is whether the entries fit together, not where they lead. */
export const NOWHERE: SimulatorAddress = {
  origin: ANYWHERE,
  channelOf: () => ({ baseUrl: ANYWHERE, credentials: {} }),
};

/**
 * Reads the config, with everything in it checked that can be checked without starting anything: fields, channels,
 * models, credentials and caps. Every command reads it so, first of all. Throws a `ConfigRefused` with every
 * contradiction, each a sentence with the line of the file.
 */
export function readSettings(overrides?: FileConfigInput): Config {
  const { config, problems } = surveySettings({ overrides });
  if (problems.length > 0) throw new ConfigRefused(problems);
  return config;
}

/**
 * Reads the config for what concerns one channel alone: what is wrong elsewhere, such as the key of another account that
 * is not there yet, does not matter. Throws as `readSettings` does where that channel is wrong, or none is named.
 */
export function settingsFor(channel: string | undefined): Config {
  const { config, problems } = surveySettings({});
  const isSound = channel !== undefined && Object.hasOwn(config.channels, channel);
  const own = problems.filter(({ at }) => at.startsWith(`channels.${channel ?? ''}.`));
  if (isSound && own.length === 0) return config;
  if (problems.length > 0) throw new ConfigRefused(problems);
  return config;
}

/** Finds everything that `readSettings` would throw. Throws only where no file can be read at all. */
export function surveySettings(options: SurveyOptions): Survey {
  const { config, problems, unusable } = surveyConfig(options);
  const errors = [
    ...attempt(() => buildCatalog({ ...config, unusable }, NOWHERE)).errors,
    ...attempt(() => capsOf(config)).errors,
  ];
  // Where something is wrong, it may be what keeps a model out.
  if (errors.length + problems.length === 0 && Object.keys(config.models).length === 0) {
    errors.push(new ConfigError(['models'], 'names no model, so nobody could use this gateway'));
  }
  return { config, unusable, problems: inOrder([...problems, ...placed(config.source, errors)]) };
}
