import { jsonCall, type Call } from '../../core/provider/exchange';
import type { Submission } from '../../core/provider/provider';
import { withVendorKeys } from '../../core/request/passthrough';
import type { Media } from '../../core/request/request';
import { dataUrlOf, formCall, type Part } from '../kit';
import { ONCE } from './litellm';
import { openaiModels, REELAY } from './models';
import { optionsOf } from './options';
import { submitToReelay } from './reelay';
import { objectOf } from './schema';
import { SELF_HOSTED_KEYS } from './vendor-keys';

/**
 * Returns the create call. The wire has no id of ours, but for another gateway of this kind: what speaks for an attempt
 * whose answer was lost is nothing, so that it stays in doubt.
 */
export function submit(submission: Submission): Call {
  const call = submission.model === REELAY ? submitToReelay(submission) : createCall(submission);
  return { ...call, headers: { ...call.headers, ...ONCE } };
}

function createCall(submission: Submission): Call {
  const { model, attemptId } = submission;
  const options = optionsOf(submission.options);
  const hasFile = submission.applied.inputs.some(({ media }) => 'blob' in media);
  const isForm = options.create === 'multipart' || (options.create === 'either' && hasFile);
  const body = bodyOf(submission, !isForm && options.secondsAs === 'number');
  const picture = pictureOf(submission, options.pictureAs, isForm);
  const said = { ...body, ...picture, response_format: options.responseFormat };
  const keys = openaiModels[model]?.vendorKeys ?? SELF_HOSTED_KEYS;
  const all = withVendorKeys(said, submission.applied.passthrough, keys);
  if (!isForm) return jsonCall('POST', options.createPath, all);
  return formCall(options.createPath, partsOf(all), attemptId);
}

function bodyOf(
  { model, calledModel = model, applied }: Submission,
  isNumber: boolean,
): Record<string, unknown> {
  const { prompt, seconds, width, height, seed, negativePrompt } = applied;
  return {
    model: calledModel,
    prompt,
    seconds: isNumber ? seconds : String(seconds),
    size: `${String(width)}x${String(height)}`,
    seed,
    negative_prompt: negativePrompt,
  };
}

/** A file that goes into a form as a part of its own. */
interface File {
  file: { mime: string; bytes: Uint8Array };
}

type PictureAs = ReturnType<typeof optionsOf>['pictureAs'];

/** Returns the field of the first frame; none for a text alone. */
function pictureOf(
  { applied, blobs }: Submission,
  as: PictureAs,
  isForm: boolean,
): Record<string, unknown> {
  const [first] = applied.inputs;
  if (!first) return {};
  const { media } = first;
  if ('asset' in media) return { input_reference: { file_id: media.asset } };
  const file = 'blob' in media ? blobs.get(media.blob) : undefined;
  if (isForm && file) return { input_reference: { file } satisfies File };
  const url = urlOf(media, blobs);
  switch (as) {
    case 'image_url':
      return { input_reference: { image_url: url } };
    case 'text':
      return { input_reference: url };
    case 'image_reference':
      // vLLM-Omni takes it as JSON inside the form's text.
      return { image_reference: isForm ? JSON.stringify({ image_url: url }) : { image_url: url } };
    case 'reference_url':
      return { reference_url: url };
  }
}

function urlOf(media: Exclude<Media, { asset: string }>, blobs: Submission['blobs']): string {
  if ('url' in media) return media.url;
  return dataUrlOf(blobs, media.blob);
}

/** Writes a body as the SDK writes a form: texts, files, and the one object of the wire with its fields in brackets. */
function partsOf(body: Readonly<Record<string, unknown>>): Part[] {
  return Object.entries(body).flatMap(([name, value]): Part[] => {
    if (value === undefined || value === null) return [];
    if (name !== 'input_reference') return [{ name, text: written(value) }];
    const object = objectOf(value);
    if (!object) return [{ name, text: written(value) }];
    if (isFile(object)) return [filePart(name, object)];
    return Object.entries(object).map(([inner, text]) => ({
      name: `${name}[${inner}]`,
      text: written(text),
    }));
  });
}

const isFile = (value: object): value is File => 'file' in value;

function filePart(name: string, { file: { mime, bytes } }: File): Part {
  const ending = /^image\/([a-z]+)/.exec(mime)?.[1] ?? 'bin';
  return { name, filename: `${name}.${ending}`, mime, bytes };
}

const written = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
