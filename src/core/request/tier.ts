import type { Capabilities, FieldNames } from './capabilities';
import { invalid } from '../errors';
import type { VideoRequest } from './request';

/** The tier that every model has, whatever it calls it. */
const USUAL_TIER = 'std';

/**
 * One word, two meanings: what is a service tier at one model is a picture quality at another. A word for a quality is
 * read as its resolution, so that it is honoured, priced and echoed as one; elsewhere `std` is the model's usual tier.
 * The names are those of the request as it is read.
 */
export function readTier(
  request: VideoRequest,
  { serviceTiers, tierResolutions = {} }: Pick<Capabilities, 'serviceTiers' | 'tierResolutions'>,
  names: FieldNames,
): { request: VideoRequest; names: FieldNames } {
  const { serviceTier, ...rest } = request;
  if (serviceTier === undefined || serviceTiers.includes(serviceTier)) return { request, names };
  const resolution = tierResolutions[serviceTier];
  if (resolution === undefined) {
    return { request: serviceTier === USUAL_TIER ? rest : request, names };
  }
  const name = names.serviceTier ?? 'serviceTier';
  if (request.resolution === undefined) {
    return { request: { ...rest, resolution }, names: { ...names, resolution: name } };
  }
  if (request.resolution === resolution) return { request: rest, names };
  throw invalid(names.resolution ?? 'resolution', `contradicts ${name}`, [resolution]);
}
