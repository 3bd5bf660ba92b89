import type { Capabilities, ModeCapabilities, NameOf } from './capabilities';
import { invalid } from './errors';
import type { AppliedRequest, VideoRequest } from './request';

/** What the picture will look like. Pixels are absent where the model decides. */
export type Frame = Pick<AppliedRequest, 'resolution' | 'aspectRatio' | 'width' | 'height'>;

/** Resolution, ratio and pixels, from a size or from the two others; a size and its own ratio may be given together. */
export function frameOf(
  request: VideoRequest,
  model: Capabilities,
  limits: ModeCapabilities,
  name: NameOf,
): Frame {
  const ratios = limits.aspectRatios ?? model.aspectRatios;
  if (request.size) return frameOfSize(request, model, { ...request.size, ratios }, name);
  const resolution = request.resolution ?? model.resolutionDefault;
  if (!model.resolutions.includes(resolution)) {
    throw invalid(
      name('resolution'),
      `${resolution} is not offered by this model`,
      model.resolutions,
    );
  }
  const aspectRatio = request.aspectRatio ?? limits.aspectRatioDefault;
  if (!ratios.includes(aspectRatio)) {
    throw invalid(
      name('aspectRatio'),
      `${aspectRatio} is not offered by this model${ratios === model.aspectRatios ? '' : ' for these inputs'}`,
      ratios,
    );
  }
  const pixels = model.sizes[resolution]?.[aspectRatio];
  return pixels
    ? { resolution, aspectRatio, width: pixels[0], height: pixels[1] }
    : { resolution, aspectRatio };
}

function frameOfSize(
  request: VideoRequest,
  model: Capabilities,
  size: { width: number; height: number; ratios: readonly string[] },
  name: NameOf,
): Frame {
  const all = sizesOf(model).filter(([, ratio]) => size.ratios.includes(ratio));
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

/** Every size the model makes, as [resolution, ratio, [width, height]]. */
export function sizesOf(
  model: Capabilities,
): readonly (readonly [string, string, readonly [number, number]])[] {
  return Object.entries(model.sizes).flatMap(([resolution, ratios]) =>
    Object.entries(ratios).map(([ratio, pixels]) => [resolution, ratio, pixels] as const),
  );
}
