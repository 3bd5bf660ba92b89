import type { Provider } from '../../src/core/provider/provider';
import { isGone } from '../../src/core/provider/retired';
import type { Capabilities } from '../../src/core/request/capabilities';
import { providers } from '../../src/providers';

export interface LivingModel {
  provider: Provider;
  /** The provider's own id. */
  model: string;
  capabilities: Capabilities;
}

/** Every model of every provider that serves it still. */
export const LIVING_MODELS: readonly LivingModel[] = Object.values(providers).flatMap((provider) =>
  Object.entries(provider.models)
    .filter(([model]) => !isGone(provider, model))
    .map(([model, capabilities]) => ({ provider, model, capabilities })),
);

/** Those of them that have a list price: nobody has one for a server of the operator's own. */
export const PRICED_MODELS: readonly LivingModel[] = LIVING_MODELS.filter(
  ({ provider, model }) => provider.prices?.models[model] !== undefined,
);
