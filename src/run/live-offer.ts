import type { Catalog } from '../core/catalog/catalog';
import type { RateLimits } from '../core/rates/spacing';
import type { Caps } from '../core/slots/caps';
import type { Offer } from './offer';

/**
 * The offer of a process while it runs. What was handed out stays the same value and answers by the newest offer; a job
 * keeps the routes, the price and the request that were frozen when it was made.
 */
export interface LiveOffer {
  catalog: Catalog;
  caps: Caps;
  rateLimits(): RateLimits;
  /** Returns every credential that there was since the start: replies to calls with an old one may still come. */
  secrets(): readonly string[];
  replace(next: Offer): void;
}

export function createLiveOffer(first: Offer): LiveOffer {
  let offer = first;
  let secrets: readonly string[] = first.secrets;
  return {
    catalog: {
      resolve: (access, model) => offer.catalog.resolve(access, model),
      find: (access, model) => offer.catalog.find(access, model),
      list: (access) => offer.catalog.list(access),
      groups: () => offer.catalog.groups(),
      channel: (name) => offer.catalog.channel(name),
      channels: () => offer.catalog.channels(),
      version: () => offer.catalog.version(),
      priceRules: () => offer.catalog.priceRules(),
      providers: () => offer.catalog.providers(),
    },
    caps: {
      get channels() {
        return offer.caps.channels;
      },
      get groups() {
        return offer.caps.groups;
      },
    },
    rateLimits: () => offer.rateLimits,
    secrets: () => secrets,
    replace(next) {
      offer = next;
      secrets = [...new Set([...secrets, ...next.secrets])];
    },
  };
}
