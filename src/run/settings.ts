import { placedError, readConfig } from '../config';
import type { Config, FileConfigInput } from '../config';
import type { SimulatorAddress } from '../core/ports/simulators';
import { buildCatalog } from './channels';

/** Any address: what is asked is whether the entries fit together, not where they lead. */
const ANYWHERE = 'http://127.0.0.1';
const NOWHERE: SimulatorAddress = {
  origin: ANYWHERE,
  channelOf: () => ({ baseUrl: ANYWHERE, credentials: {} }),
};

/**
 * Reads the config, with everything in it checked that can be checked without starting anything: fields, channels,
 * models and credentials. Every command reads it so, first of all. Throws one sentence with the line of the file.
 */
export function readSettings(overrides?: FileConfigInput): Config {
  const config = readConfig(undefined, overrides);
  try {
    buildCatalog(config, NOWHERE);
  } catch (error) {
    throw placedError(error, config);
  }
  return config;
}
