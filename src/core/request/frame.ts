import type { Capabilities, ModeCapabilities, NameOf } from './capabilities';
import { invalid } from '../errors';
import type { AppliedRequest, VideoRequest } from './request';

/** What the picture will look like. Pixels are absent where the model decides. */
export type Frame = Pick<AppliedRequest, 'resolution' | 'aspectRatio' | 'width' | 'height'>;

/**
 * Returns resolution, ratio and pixels, from a size or from the two others; a size and its own ratio may be given
 * together.
 */
export function frameOf(
  request: VideoRequest,
  model: Capabilities,
  limits: ModeCapabilities,
  name: NameOf,
): Frame {
  const offer = { ...model, ...limits };
  if (request.size) return frameOfSize(request, offer, request.size, name);
  const check = (field: 'resolution' | 'aspectRatio', value: string): void => {
    const allowed = offer[`${field}s`];
    if (allowed.includes(value)) return;
    const where = allowed === model[`${field}s`] ? '' : ' for these inputs';
    throw invalid(name(field), `${value} is not offered by this model${where}`, allowed);
  };
  const resolution = request.resolution ?? limits.resolutions?.[0] ?? model.resolutionDefault;
  check('resolution', resolution);
  const aspectRatio = request.aspectRatio ?? limits.aspectRatioDefault;
  check('aspectRatio', aspectRatio);
  const pixels = model.sizes[resolution]?.[aspectRatio];
  return pixels
    ? { resolution, aspectRatio, width: pixels[0], height: pixels[1] }
    : { resolution, aspectRatio };
}

function frameOfSize(
  request: VideoRequest,
  offer: Pick<Capabilities, 'sizes' | 'resolutions' | 'aspectRatios'>,
  size: { width: number; height: number },
  name: NameOf,
): Frame {
  const all = sizesOf(offer).filter(
    ([resolution, ratio]) =>
      offer.resolutions.includes(resolution) && offer.aspectRatios.includes(ratio),
  );
  if (all.length === 0) {
    throw invalid(name('size'), 'cannot be chosen for these inputs; leave it out');
  }
  const match = all.find(([, , pixels]) => pixels[0] === size.width && pixels[1] === size.height);
  if (!match) {
    throw invalid(
      name('size'),
      `${String(size.width)}x${String(size.height)} is not offered by this model`,
      all.map(([, , [width, height]]) => `${String(width)}x${String(height)}`),
    );
  }
  const [resolution, aspectRatio] = match;
  if (request.resolution !== undefined && request.resolution !== resolution) {
    throw invalid(name('resolution'), `contradicts ${name('size')}`, [resolution]);
  }
  if (request.aspectRatio !== undefined && request.aspectRatio !== aspectRatio) {
    throw invalid(name('aspectRatio'), `contradicts ${name('size')}`, [aspectRatio]);
  }
  return { resolution, aspectRatio, width: size.width, height: size.height };
}

/** Lists every size that the model makes, as `['720p', '16:9', [1280, 720]]`. */
export function sizesOf(
  model: Pick<Capabilities, 'sizes'>,
): readonly (readonly [string, string, readonly [number, number]])[] {
  return Object.entries(model.sizes).flatMap(([resolution, ratios]) =>
    Object.entries(ratios).map(([ratio, pixels]) => [resolution, ratio, pixels] as const),
  );
}
