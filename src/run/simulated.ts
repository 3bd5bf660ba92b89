import type { Catalog, RoutedModel } from '../core/catalog/catalog';
import { isSimulated } from '../core/catalog/catalog';

/** How many of the models that this gateway offers make test clips, of all that it offers. */
export interface SimulatedModels {
  models: number;
  all: number;
}

export function countSimulated(catalog: Catalog): SimulatedModels {
  const models = new Map<string, RoutedModel>();
  for (const group of catalog.groups()) {
    for (const routed of catalog.list({ group, models: null }))
      models.set(routed.entry.name, routed);
  }
  const simulated = [...models.values()].filter(isSimulated);
  return { models: simulated.length, all: models.size };
}

/** `7, all simulated: they make test clips and reach no provider`. */
export function simulatedWords({ models, all }: SimulatedModels): string {
  const number = String(all);
  if (models === 0) return `${number}, none simulated`;
  const which = models === all ? 'all' : String(models);
  return `${number}, ${which} simulated: test clips, no provider is asked`;
}
