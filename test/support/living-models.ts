import type { Provider } from '../../src/core/provider/provider';
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
    .filter(([model]) => !Object.hasOwn(provider.retired ?? {}, model))
    .map(([model, capabilities]) => ({ provider, model, capabilities })),
);
