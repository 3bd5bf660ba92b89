import type { FieldNames } from '../../core/request/capabilities';
import type { RoutedModel } from '../../core/catalog/catalog';
import type { UploadedFile } from '../../core/api/route';
import { invalid } from '../../core/errors';
import { given } from '../../core/json/fields';
import { mediaSource } from '../../core/request/media-source';
import { offerOf } from '../kit/offer';
import { pickServerWords } from './server-words';
import type { Draft, InputSource } from '../../core/request/draft';
import type { Input } from '../../core/request/request';
import type { SubmitBody } from './schema';

/**
 * Throws `invalid_request` in the caller's words where two fields contradict each other. `model` is the one that the
 * body names, where the caller has it.
 */
export function toDraft(
  written: SubmitBody,
  files: readonly UploadedFile[],
  model: RoutedModel | undefined,
): Draft {
  const body = withExtra(written);
  const passthrough = pickServerWords(body, model);
  const { inputs, field } = inputsOf(body, files);
  return {
    request: {
      model: body.model,
      prompt: body.prompt,
      inputs,
      passthrough,
      ...given({
        seconds: secondsOf(body),
        size: sizeOf(body),
        fps: body.fps,
        negativePrompt: body.negative_prompt,
        resolution: body.resolution,
        aspectRatio: body.aspect_ratio,
        generateAudio: soundOf(body),
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
      ...(body.size === undefined && body.width !== undefined ? { size: 'width' } : {}),
      ...(body.negative_prompt === undefined ? {} : { negativePrompt: 'negative_prompt' }),
      // They stand at the top of the body.
      ...(Object.keys(passthrough).length > 0 ? { passthrough: '' } : {}),
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

/** Lays `extra_body` under the body, which may say the same twice and nothing else. */
function withExtra({ extra_body: extra = {}, ...body }: SubmitBody): SubmitBody {
  const said = new Map<string, unknown>(Object.entries(body));
  for (const [name, value] of Object.entries(extra)) {
    const isSame = JSON.stringify(said.get(name) ?? value) === JSON.stringify(value);
    if (!isSame) throw invalid(`extra_body.${name}`, `contradicts ${name}`);
  }
  return { ...extra, ...body };
}

function soundOf(body: SubmitBody): boolean | undefined {
  const { generate_audio: audio, generate_sound: sound } = body;
  if (audio !== undefined && sound !== undefined && audio !== sound) {
    throw invalid('generate_sound', 'contradicts generate_audio', [audio]);
  }
  return audio ?? sound;
}

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

/** Reads `1280x720`, or the two sides by themselves. */
function sizeOf(body: SubmitBody): { width: number; height: number } | undefined {
  const { size, width, height } = body;
  if (width === undefined && height === undefined) {
    return size === undefined ? undefined : sidesOf(size);
  }
  if (width === undefined || height === undefined) {
    throw invalid(width === undefined ? 'width' : 'height', 'is required beside the other side');
  }
  if (size !== undefined && size !== `${String(width)}x${String(height)}`) {
    throw invalid('size', 'contradicts width and height');
  }
  return { width, height };
}

function sidesOf(size: string): { width: number; height: number } {
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
    reference_url: linked('first_frame', 'reference_url', body.reference_url),
    video_url: linked('reference_video', 'video_url', body.video_url),
  };
  const [field = 'frame_images'] = Object.keys(groups).filter((name) => groups[name]?.length);
  return { inputs: Object.values(groups).flat(), field };
}

const linked = (role: Input['role'], param: string, url: string | undefined): InputSource[] =>
  url === undefined ? [] : [mediaSource(role, url, param)];

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
