import { invalid } from '../../core/errors';
import { given } from '../../core/json/fields';
import { mediaSource } from '../../core/request/media-source';
import type { Draft, InputSource } from '../../core/request/draft';
import type { Input } from '../../core/request/request';
import type { QuoteBody } from './schema';

/**
 * Reads a request, for quote and generate in the same way. Throws `invalid_request` where two fields contradict each
 * other.
 */
export function toDraft(body: QuoteBody): Draft {
  const { model, prompt, projectId, callbackUrl } = body;
  checkFilter(body);
  const quality = unlessUsual(body.quality);
  if (quality !== undefined && body.resolution !== undefined && quality !== body.resolution) {
    throw invalid('quality', 'contradicts resolution', [body.resolution]);
  }
  return {
    request: {
      model,
      prompt,
      inputs: inputsOf(body),
      passthrough: {},
      ...given({
        seconds: body.duration,
        resolution: body.resolution ?? quality,
        aspectRatio: body.aspectRatio,
        // What `std` means, the model says.
        serviceTier: body.mode === 'std' ? body.mode : unlessUsual(body.mode),
        generateAudio: body.generateAudio,
        cameraFixed: body.fixedLens,
      }),
    },
    names: {
      seconds: 'duration',
      serviceTier: 'mode',
      cameraFixed: 'fixedLens',
      inputs: body.referenceVideoUrls?.length ? 'referenceVideoUrls' : 'images',
      ...(body.resolution === undefined && quality !== undefined ? { resolution: 'quality' } : {}),
    },
    callbackUrl: callbackUrl === undefined ? undefined : { url: callbackUrl, param: 'callbackUrl' },
    metadata: {},
    echo: given({ projectId }),
  };
}

/** Words for "as usual", which every model honours. */
const USUAL = new Set(['std', 'standard', 'normal', 'default', 'auto']);

/**
 * `quality` is the tier of the picture, so it is a resolution; `mode` is one of the model's tiers of service. Which
 * values there are `GET /unified-video/models` says.
 */
const unlessUsual = (word: string | undefined): string | undefined =>
  word === undefined || USUAL.has(word) ? undefined : word;

/**
 * Refuses a filter that is switched on: the providers look at content by their own rules; there is no filter of ours to
 * switch on beside them.
 */
function checkFilter({ nsfwChecker }: QuoteBody): void {
  if (nsfwChecker) throw invalid('nsfwChecker', 'has no filter to switch on here', ['false']);
}

/** Videos make references of the images beside them; else one is the first frame, two are first and last frame. */
function inputsOf({ images = [], referenceVideoUrls: videos = [] }: QuoteBody): InputSource[] {
  const areReferences = videos.length > 0 || images.length > 2;
  const roleOf = (index: number): Input['role'] =>
    areReferences ? 'reference_image' : index === 0 ? 'first_frame' : 'last_frame';
  return [
    ...images.map((url, index) => mediaSource(roleOf(index), url, `images.${String(index)}`)),
    ...videos.map((url, index) =>
      mediaSource('reference_video', url, `referenceVideoUrls.${String(index)}`),
    ),
  ];
}
