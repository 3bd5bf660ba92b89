import { given } from '../../core/json/fields';
import type { RoutedModel } from '../../core/catalog/catalog';
import type { UploadedFile } from '../../core/api/route';
import { invalid } from '../../core/errors';
import type { Draft } from '../../core/request/draft';
import type { Input, Mode } from '../../core/request/request';
import type { GenerateBody } from './schema';

/** `model` is undefined where the name is unknown, which is the gateway's to say. */
export function toDraft(
  body: GenerateBody,
  files: readonly UploadedFile[],
  model: RoutedModel | undefined,
): Draft {
  return {
    request: {
      model: body.model,
      prompt: body.prompt,
      inputs: inputsOf(files, modesOf(model)),
      seconds: body.duration,
      resolution: resolutionOf(body.resolution),
      aspectRatio: aspectRatioOf(body.aspect_ratio),
      generateAudio: body.generate_audio,
      cameraFixed: body.camera_fixed,
      serviceTier: body.service_tier.toLowerCase(),
      ...given({ fps: body.fps, seed: body.seed }),
      passthrough: {},
    },
    names: {
      inputs: FILES,
      seconds: 'duration',
      aspectRatio: 'aspect_ratio',
      generateAudio: 'generate_audio',
      cameraFixed: 'camera_fixed',
      serviceTier: 'service_tier',
    },
    metadata: {},
    echo: {},
  };
}

/** Returns a resolution as models spell it: `720P` and `720p` are one. */
const resolutionOf = (text: string): string => (/^\d+P$/.test(text) ? text.toLowerCase() : text);

const SHAPES = new Map([
  ['landscape', '16:9'],
  ['portrait', '9:16'],
  ['square', '1:1'],
]);
const aspectRatioOf = (text: string): string => SHAPES.get(text.toLowerCase()) ?? text;

const FILES = 'files';

/**
 * What uploads are for is documented for one picture only (image to video); the rest is ours [inferred]: one picture is
 * the first frame and two are the first and the last, in the order sent, where the model starts from frames. Pictures in
 * any other number, and all of them beside a video or a sound, are references, and so are videos and sounds.
 */
function inputsOf(files: readonly UploadedFile[], modes: ReadonlySet<Mode>): Input[] {
  const stranger = files.find(({ field }) => field !== FILES && field !== `${FILES}[]`);
  if (stranger) throw invalid(stranger.field, 'is not a known file field', [FILES]);
  const frames = framesOf(files, modes);
  return files.map(({ blob, mime }, index): Input => {
    const role = frames[index] ?? referenceOf(mime);
    return { role, media: { blob, mime } };
  });
}

function framesOf(files: readonly UploadedFile[], modes: ReadonlySet<Mode>): Input['role'][] {
  if (!files.every(({ mime }) => mime.startsWith('image/'))) return [];
  if (files.length === 1 && modes.has('first_frame')) return ['first_frame'];
  if (files.length === 2 && modes.has('first_last_frame')) return ['first_frame', 'last_frame'];
  return [];
}

function referenceOf(mime: string): Input['role'] {
  if (mime.startsWith('video/')) return 'reference_video';
  return mime.startsWith('audio/') ? 'reference_audio' : 'reference_image';
}

function modesOf(model: RoutedModel | undefined): ReadonlySet<Mode> {
  const modes = (model?.routes ?? []).flatMap(({ capabilities }) =>
    Object.keys(capabilities.modes),
  );
  return new Set(modes as Mode[]); // the keys of `modes` are its type's
}
