import { knownModel } from '../job/job';
import type { FrozenRoute } from '../job/job';
import type { Provider } from '../provider/provider';
import type { Capabilities } from '../request/capabilities';

/** Returns what the provider's model can do, by the id under which our tables have it; undefined for one that they lack. */
export function capabilitiesOf(
  { models }: Pick<Provider, 'models'>,
  choice: Pick<FrozenRoute, 'model' | 'like'>,
): Capabilities | undefined {
  const known = knownModel(choice);
  return Object.hasOwn(models, known) ? models[known] : undefined;
}
