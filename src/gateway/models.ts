import type { Principal } from '../core/api/principal';
import { priceRangeOf } from '../core/catalog/price-range';
import { retirementHeaders } from '../core/catalog/retirement';
import type { Quote } from '../core/money/quote';
import type { Models } from '../core/ports/gateway/models';
import type { Draft } from '../core/request/draft';
import type { GatewayDeps } from './deps';
import { fetchInputs, withFetched } from './fetched-inputs';
import { storedFiles } from './inputs';
import { resolveOwnLinks } from './own-links';
import { quoted } from './quoted';
import { resolve } from './resolve';

/** Makes the list of models and the quotes, both without any row. */
export function createModels(deps: GatewayDeps): Models {
  return {
    models: (principal) => deps.catalog.list(principal),
    notices(principal, model) {
      const found = deps.catalog.find(principal, model);
      return found ? retirementHeaders(found.entry) : {};
    },
    priceRange: ({ group }, model) =>
      priceRangeOf(model, { group, rules: deps.catalog.priceRules() }),
    quote: (principal, draft) => quote(deps, principal, draft),
  };
}

/** Says what a create of the same draft would hold, and signs it. */
async function quote(deps: GatewayDeps, principal: Principal, asked: Draft): Promise<Quote> {
  const fetched = withFetched(asked, await fetchInputs(deps, principal, asked));
  const draft = await resolveOwnLinks(deps, principal, fetched);
  const files = await storedFiles(deps.blobs, draft.request.inputs);
  return quoted(deps, principal, resolve(deps, principal, draft, files));
}
