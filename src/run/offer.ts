import { createHmac } from 'node:crypto';
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
export function offerOf(
  config: Config,
  simulator: SimulatorAddress | undefined,
  secretKey: Buffer,
): Offer {
  const catalog = buildCatalog({ ...config, version: versionOf(config, secretKey) }, simulator);
  return {
    catalog,
    caps: capsOf(config),
    rateLimits: rateLimitsOf(config),
    secrets: catalog.channels().flatMap(({ credentials }) => Object.values(credentials)),
  };
}

const VERSION_CHARS = 16;

/**
 * Returns the digest of what is offered, credentials included: a new key is a new version. It is made under the secret
 * key, so that nobody who reads it can try keys against it.
 */
function versionOf({ channels, models, groups }: Config, secretKey: Buffer): string {
  return createHmac('sha256', secretKey)
    .update('reelay config ')
    .update(JSON.stringify({ channels, models, groups }))
    .digest('hex')
    .slice(0, VERSION_CHARS);
}
