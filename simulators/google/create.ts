import type { Capabilities } from '../../src/core/request/capabilities';
import { geminiModels, omniModels, vertexModels } from '../../src/providers/google/models';
import type { Admission, NewTask } from '../kit/refusal';
import { readOmni, readVeo } from './body';
import { modeOfOmni, modeOfVeo, problemOf, type Asked } from './checks';
import { invalid, refusalOf, wrong } from './refusal';

/** Checks a create of each wire and makes a job of it. */

/** The wire that a job came over, as its data says. */
export type Kind = 'interaction' | 'gemini' | 'vertex';

/** Takes a create of Veo's, on the Gemini API or on Vertex AI. */
export function admitVeo(kind: 'gemini' | 'vertex', name: string, bytes: Uint8Array): Admission {
  const models = kind === 'gemini' ? geminiModels : vertexModels;
  const model = Object.hasOwn(models, name) ? models[name] : undefined;
  if (!model) {
    const message = `models/${name} is not found for API version v1beta, or is not supported for predictLongRunning.`;
    return { refused: refusalOf('NOT_FOUND', message) };
  }
  const read = readVeo(bytes);
  if ('refused' in read) return read;
  const { body } = read;
  const mode = modeOfVeo(body);
  if (typeof mode !== 'string') return mode;
  const { parameters } = body;
  if (kind === 'gemini' && parameters.generateAudio !== undefined) {
    const message =
      "`generateAudio` isn't supported by this model. Please remove it or refer to the Gemini API documentation for supported usage.";
    return { refused: invalid(message) };
  }
  const [instance] = body.instances;
  const { image, lastFrame, referenceImages = [], prompt = '' } = instance ?? {};
  const asked: Asked = {
    model,
    mode,
    prompt,
    images: [image, lastFrame].filter(Boolean).length + referenceImages.length,
    seconds: parameters.durationSeconds ?? 8,
    resolution: parameters.resolution ?? '720p',
    ratio: parameters.aspectRatio ?? '16:9',
  };
  const refused = problemOf(asked, invalid);
  if (refused) return { refused };
  const { storageUri } = parameters;
  return {
    task: taskOf(asked, name, { kind, ...(storageUri === undefined ? {} : { storageUri }) }),
  };
}

/** Takes an interaction. */
export function admitOmni(bytes: Uint8Array): Admission {
  const read = readOmni(bytes);
  if ('refused' in read) return read;
  const { body } = read;
  const model = Object.hasOwn(omniModels, body.model) ? omniModels[body.model] : undefined;
  if (!model) {
    return { refused: refusalOf('model_not_found', `Model '${body.model}' not found.`) };
  }
  const mode = modeOfOmni(body);
  if (typeof mode !== 'string') return mode;
  const items = typeof body.input === 'string' ? [] : body.input;
  const texts = items.flatMap((item) => (item.type === 'text' ? [item.text] : []));
  const {
    resolution = '720p',
    aspect_ratio: ratio = '16:9',
    duration,
    delivery,
  } = body.response_format ?? {};
  const asked: Asked = {
    model,
    mode,
    prompt: typeof body.input === 'string' ? body.input : texts.join('\n'),
    images: items.filter(({ type }) => type === 'image').length,
    seconds: duration === undefined ? 8 : Number.parseInt(duration, 10),
    resolution,
    ratio,
  };
  const refused = problemOf(asked, wrong);
  if (refused) return { refused };
  const [callbackUrl] = body.webhook_config?.uris ?? [];
  return {
    task: {
      ...taskOf(asked, body.model, { kind: 'interaction', delivery: delivery ?? 'inline' }),
      ...(callbackUrl === undefined ? {} : { callbackUrl }),
    },
  };
}

function taskOf(
  { model, prompt, seconds, resolution, ratio }: Asked,
  name: string,
  data: { kind: Kind } & Record<string, unknown>,
): NewTask {
  const [width, height] = sizeOf(model, resolution, ratio);
  return {
    ...{ model: name, prompt, seconds, width, height },
    fps: model.fps,
    seed: 0,
    data: { ...data, model: name, resolution },
  };
}

function sizeOf(
  { sizes }: Capabilities,
  resolution: string,
  ratio: string,
): readonly [number, number] {
  return sizes[resolution]?.[ratio] ?? [1280, 720];
}
