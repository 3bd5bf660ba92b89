import type { FieldNames } from '../../core/request/capabilities';
import type { RoutedModel } from '../../core/catalog/catalog';
import type { UploadedFile } from '../../core/api/route';
import { invalid } from '../../core/errors';
import { given } from '../../core/json/fields';
import { mediaSource } from '../../core/request/media-source';
import { offerOf } from '../kit/offer';
import type { Draft, InputSource } from '../../core/request/draft';
import type { Input } from '../../core/request/request';
import type { SubmitBody } from './schema';

/**
 * Throws `invalid_request` in the caller's words where two fields contradict each other. `model` is the one that the
 * body names, where the caller has it.
 */
export function toDraft(
  body: SubmitBody,
  files: readonly UploadedFile[],
  model: RoutedModel | undefined,
): Draft {
  const { inputs, field } = inputsOf(body, files);
  return {
    request: {
      model: body.model,
      prompt: body.prompt,
      inputs,
      passthrough: {},
      ...given({
        seconds: secondsOf(body),
        size: body.size === undefined ? undefined : sizeOf(body.size),
        resolution: body.resolution,
        aspectRatio: body.aspect_ratio,
        generateAudio: body.generate_audio,
        seed: body.seed,
        watermark: body.watermark,
        returnLastFrame: body.return_last_frame,
        expiresAfterSeconds: body.execution_expires_after,
        safetyIdentifier: safetyIdentifierOf(body, model),
      }),
    },
    names: {
      ...NAMES,
      safetyIdentifier:
        body.safety_identifier === undefined && body.user !== undefined
          ? 'user'
          : 'safety_identifier',
      inputs: field,
      seconds: body.duration === undefined ? 'seconds' : 'duration',
    },
    callbackUrl:
      body.callback_url === undefined
        ? undefined
        : { url: body.callback_url, param: 'callback_url' },
    metadata: body.metadata ?? {},
    echo: given({ request_id: body.request_id, user: body.user }),
  };
}

const NAMES: FieldNames = {
  aspectRatio: 'aspect_ratio',
  generateAudio: 'generate_audio',
  returnLastFrame: 'return_last_frame',
  expiresAfterSeconds: 'execution_expires_after',
};

/**
 * `user` means the same, but comes from clients that send it to every model: so it goes to the provider where each of
 * the model's channels takes it, and changes neither acceptance nor the choice of channels. The answer has `user` in
 * any case, and `parameters.safety_identifier` only where the provider gets it.
 */
function safetyIdentifierOf(
  { safety_identifier: identifier, user }: SubmitBody,
  model: RoutedModel | undefined,
): string | undefined {
  if (user === undefined || identifier === user) return identifier;
  if (identifier !== undefined) {
    throw invalid('user', 'contradicts safety_identifier', [identifier]);
  }
  const lengthMax = model ? offerOf(model).safetyIdentifierLengthMax : 0;
  return user.length <= lengthMax ? user : undefined;
}

function secondsOf(body: SubmitBody): number | undefined {
  const { duration, seconds } = body;
  if (duration !== undefined && seconds !== undefined && duration !== seconds) {
    throw invalid('seconds', 'contradicts duration', [duration]);
  }
  return duration ?? seconds;
}

function sizeOf(size: string): { width: number; height: number } {
  const [width, height] = size.split('x').map(Number);
  return { width: width ?? 0, height: height ?? 0 };
}

/**
 * Returns the inputs in the caller's order, and the field that an error about them names: the first one that has any.
 */
function inputsOf(
  body: SubmitBody,
  files: readonly UploadedFile[],
): { inputs: InputSource[]; field: string } {
  const single = singleReference(body, files);
  const frames = (body.frame_images ?? []).map((frame, index) =>
    mediaSource(frame.frame_type, frame.image_url, `frame_images.${String(index)}.image_url`),
  );
  const images = (body.reference_images ?? []).map((url, index) =>
    mediaSource('reference_image', url, `reference_images.${String(index)}`),
  );
  const groups: Record<string, InputSource[]> = {
    input_reference: single ? [single] : [],
    frame_images: frames,
    input_references: (body.input_references ?? []).map(reference),
    reference_images: images,
  };
  const [field = 'frame_images'] = Object.keys(groups).filter((name) => groups[name]?.length);
  return { inputs: Object.values(groups).flat(), field };
}

/** Reads the OpenAI `input_reference`, as a file or by URL: it is the first frame. */
function singleReference(
  body: SubmitBody,
  files: readonly UploadedFile[],
): InputSource | undefined {
  const param = 'input_reference';
  const [file, second] = files.filter((candidate) => candidate.field === param);
  const stranger = files.find((candidate) => candidate.field !== param);
  if (stranger) throw invalid(stranger.field, 'is not a known file field', [param]);
  if (second || (file && body.input_reference)) throw invalid(param, 'is given more than once');
  if (file) {
    if (!file.mime.startsWith('image/'))
      throw invalid(param, `is ${file.mime}; it must be an image`);
    return { role: 'first_frame', media: { blob: file.blob, mime: file.mime } };
  }
  const given = body.input_reference;
  if (!given) return undefined;
  if ((given.image_url === undefined) === (given.file_id === undefined)) {
    throw invalid(param, 'must have exactly one of image_url, file_id');
  }
  if (given.image_url === undefined) {
    throw invalid(`${param}.file_id`, 'is not supported, no files are stored here; send image_url');
  }
  const place = given.isPlain ? param : `${param}.image_url`;
  return mediaSource('first_frame', given.image_url, place);
}

/**
 * The roles that each kind of medium may have; the first one is meant where none is said. Frames among them are
 * inferred from the word "roles".
 */
const ROLES_OF = {
  image_url: ['reference_image', 'first_frame', 'last_frame'],
  video_url: ['reference_video'],
  audio_url: ['reference_audio'],
} as const satisfies Record<string, readonly Input['role'][]>;

function reference(
  item: NonNullable<SubmitBody['input_references']>[number],
  index: number,
): InputSource {
  const param = `input_references.${String(index)}`;
  const kinds = (['image_url', 'video_url', 'audio_url'] as const).filter((kind) => item[kind]);
  const [kind] = kinds;
  const value = kind && item[kind];
  if (!kind || !value || kinds.length > 1) {
    throw invalid(param, 'must have exactly one of image_url, video_url, audio_url');
  }
  if (item.type !== undefined && item.type !== kind) {
    throw invalid(`${param}.type`, `does not go with ${kind}`, [kind]);
  }
  const roles: readonly Input['role'][] = ROLES_OF[kind];
  const { role = ROLES_OF[kind][0] } = item;
  if (!roles.includes(role)) throw invalid(`${param}.role`, `does not go with ${kind}`, roles);
  return mediaSource(role, value, `${param}.${kind}`);
}
