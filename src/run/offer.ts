import { scryptSync } from 'node:crypto';
import type { Config } from '../config';
import type { Catalog } from '../core/catalog/catalog';
import type { SimulatorAddress } from '../core/ports/simulators';
import type { RateLimits } from '../core/rates/spacing';
import type { Caps } from '../core/slots/caps';
import { capsOf } from './caps';
import { buildCatalog } from './channels';
import { rateLimitsOf } from './rate-limits';

/** What a config offers, as values: everything of it that a process can exchange while it runs. */
export interface Offer {
  /** Knows the version by which processes compare what they read. */
  catalog: Catalog;
  caps: Caps;
  rateLimits: RateLimits;
  /** Credentials, which no reply may show. */
  secrets: readonly string[];
}

/** Builds the offer of a config. Throws the errors of all entries that are wrong. */
export function offerOf(config: Config, simulator: SimulatorAddress | undefined): Offer {
  const catalog = buildCatalog({ ...config, version: versionOf(config) }, simulator);
  return {
    catalog,
    caps: capsOf(config),
    rateLimits: rateLimitsOf(config),
    secrets: catalog.channels().flatMap(({ credentials }) => Object.values(credentials)),
  };
}

const VERSION_BYTES = 8;

/**
 * Returns the digest of what is offered, credentials included: a new key is a new version. It is the same in every process,
 * also while the secret key is being changed. It is made slowly (scrypt, RFC 7914) and cut to 64 bits, so that who reads
 * it in the database finds no credential by trying.
 */
function versionOf({ channels, models, groups, money }: Config): string {
  const offered = JSON.stringify({ channels, models, groups, money });
  return scryptSync(offered, 'reelay config', VERSION_BYTES).toString('hex');
}
