import type { RoutedModel } from '../../core/catalog/catalog';
import { lengthsOf } from '../../core/request/apply-capabilities';

/** A first request that a model honours, in the words of `POST /v1/videos`. */
export interface SampleRequest {
  model: string;
  /** Seconds. */
  duration: number;
  resolution: string;
  aspect_ratio: string;
}

/**
 * Chooses what the demo and the welcome text ask for: five seconds of 720p in 16:9 where any model makes that from text
 * alone, else what the first such model does. Undefined where there is none.
 */
export function sampleRequest(models: readonly RoutedModel[]): SampleRequest | undefined {
  const fromText = models.filter(({ routes: [{ capabilities }] }) => capabilities.modes.text);
  const found = fromText.find(takesSeedSamples) ?? fromText[0];
  if (!found) return undefined;
  const { capabilities } = found.routes[0];
  const { seconds, resolutions, aspectRatios } = { ...capabilities, ...capabilities.modes.text };
  return {
    model: found.entry.name,
    duration: lengthsOf(seconds).includes(5) ? 5 : seconds.default,
    resolution: oneOf(resolutions, '720p'),
    aspect_ratio: oneOf(aspectRatios, '16:9'),
  };
}

const oneOf = (offered: readonly string[], wanted: string): string =>
  offered.includes(wanted) ? wanted : (offered[0] ?? wanted);

/** Says whether the samples of the public APIs' documents, 4 and 5 seconds at 1280x720, work with the model. */
function takesSeedSamples({ routes: [{ capabilities }] }: RoutedModel): boolean {
  const lengths = lengthsOf(capabilities.modes.text?.seconds ?? capabilities.seconds);
  const has720p = capabilities.sizes['720p']?.['16:9'] !== undefined;
  return has720p && lengths.includes(4) && lengths.includes(5);
}
