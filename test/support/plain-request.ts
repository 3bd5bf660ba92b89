import { DEFAULT_MODELS } from '../../src/default-catalog';
import { providers } from '../../src/providers';
import type { Capabilities } from '../../src/core/request/capabilities';

/** A model that the default catalog has of a provider. */
export interface CatalogModel {
  /** The name that callers use. */
  name: string;
  /** The provider's own. */
  id: string;
}

/** Returns the first model of a provider in the default catalog. */
export function catalogModelOf(provider: string): CatalogModel {
  const found = Object.entries(DEFAULT_MODELS).find(([, model]) => model.provider === provider);
  const id = found?.[1].ids[0]?.[1];
  if (!found || id === undefined)
    throw new Error(`the default catalog has no model of ${provider}`);
  return { name: found[0], id };
}

/** Returns what a model of a provider can. */
export function capabilitiesOf(provider: string, id: string): Capabilities {
  const capabilities = providers[provider]?.models[id];
  if (!capabilities) throw new Error(`${provider} has no model ${id}`);
  return capabilities;
}

/** Returns the shape that a video from text has by itself, in the words of a create. */
export const plainShape = ({ modes, seconds, resolutionDefault }: Capabilities) => ({
  resolution: resolutionDefault,
  aspect_ratio: modes.text?.aspectRatioDefault,
  duration: (modes.text?.seconds ?? seconds).default,
});

/** What may be left to tell a job by when the answer to its submit was lost. */
export type Trace = Capabilities['idempotency'][number];

/** Says whether one of these is left to tell a model's job by. */
export const leaves = ({ idempotency }: Capabilities, ...traces: readonly Trace[]): boolean =>
  traces.some((trace) => idempotency.includes(trace));
