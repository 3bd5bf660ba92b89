import { lengthsOf } from '../../src/core/request/apply-capabilities';
import { type Capabilities, type ModeCapabilities } from '../../src/core/request/capabilities';
import type { NewSimulatedJob } from '../contract';
import type { Mode } from '../../src/core/request/request';
import { kindOf, klingModels } from '../../src/providers/kling/models';
import type { Kind } from '../../src/providers/kling/schema';
import { invalid, readBody, type Body, type Refusal } from './body';

/** The create endpoints refuse some bodies whose shape is right, and make a job of any other. */

type Admission = { refused: Refusal } | { task: Omit<NewSimulatedJob, 'id' | 'account'> };

export function admit(kind: Kind, bytes: Uint8Array): Admission {
  const read = readBody(kind, bytes);
  if ('refused' in read) return read;
  const { body, raw } = read;
  const model = klingModels[body.model_name];
  if (!model) return { refused: { code: 1203, message: `model ${body.model_name} is not found` } };
  const mode = modeOf(kind, body);
  if (typeof mode !== 'string') return mode;
  const limits = model.modes[mode];
  if (!limits || kindOf(body.model_name, mode) !== kind) {
    return { refused: invalid('model_name', `${body.model_name} is not supported here`) };
  }
  const asked: CreateRequest = {
    body,
    raw,
    model,
    limits,
    quality: qualityOf(body, model, limits),
  };
  for (const check of CHECKS) {
    const refused = check(asked);
    if (refused) return { refused };
  }
  return { task: taskOf(kind, asked) };
}

function modeOf(kind: Kind, body: Body): Mode | { refused: Refusal } {
  switch (kind) {
    case 'text2video':
      return 'text';
    case 'multi-image2video':
      return 'reference';
    case 'image2video':
      if (!body.image && !body.image_tail) return { refused: invalid('image', 'is missing') };
      return body.image_tail ? 'first_last_frame' : 'first_frame';
    case 'omni-video': {
      const types = (body.image_list ?? []).map(({ type }) => type);
      if (types.includes('end_frame')) return 'first_last_frame';
      if (types.includes('first_frame')) return 'first_frame';
      return types.length + (body.video_list ?? []).length > 0 ? 'reference' : 'text';
    }
  }
}

interface CreateRequest {
  body: Body;
  raw: Readonly<Record<string, unknown>>;
  model: Capabilities;
  limits: ModeCapabilities;
  quality: Quality;
}

interface Quality {
  mode: 'std' | 'pro';
  resolution: string;
}

/** Gives the quality that a mode means: both are 720p on kling-v1, and a model with one quality always has that one. */
function qualityOf(body: Body, model: Capabilities, limits: ModeCapabilities): Quality {
  const mode = body.mode ?? (model.resolutionDefault === '1080p' ? 'pro' : 'std');
  const offered = limits.resolutions ?? model.resolutions;
  const only = model.resolutions.length === 1 ? offered[0] : undefined;
  return { mode, resolution: only ?? (mode === 'pro' ? '1080p' : '720p') };
}

const secondsOf = ({ body }: CreateRequest): number => Number(body.duration ?? '5');

type Check = (asked: CreateRequest) => Refusal | undefined;

const CHECKS: readonly Check[] = [
  ({ body, limits }) => {
    const needed = limits.aspectRatioDefault !== 'adaptive' && !isStoryboard(body);
    return needed && !body.prompt ? invalid('prompt', 'is missing') : undefined;
  },
  ({ model, limits, quality }) =>
    (limits.resolutions ?? model.resolutions).includes(quality.resolution)
      ? undefined
      : invalid('mode', `${quality.mode} is not supported with these images`),
  (asked) =>
    lengthsOf(asked.limits.seconds ?? asked.model.seconds).includes(secondsOf(asked))
      ? undefined
      : invalid('duration', `value '${asked.body.duration ?? ''}' is invalid`),
  ({ body, model, limits, quality }) => {
    const isHere = model.audioResolutions?.includes(quality.resolution) ?? true;
    return body.sound === 'on' && !(isHere && (limits.audio ?? model.audio))
      ? invalid('sound', 'is not supported by this model and mode')
      : undefined;
  },
  ({ body, limits }) =>
    (body.image_list ?? []).length > limits.images
      ? invalid('image_list', 'has too many images')
      : undefined,
  ({ raw, model }) => vendorProblem(raw, model),
  ({ raw }) => wayProblem(raw),
  (asked) => shotProblem(asked),
];

/** Several shots, each with a prompt of its own. */
const isStoryboard = (body: Body): boolean =>
  body.multi_shot === true && body.shot_type === 'customize';

function vendorProblem(
  raw: Readonly<Record<string, unknown>>,
  model: Capabilities,
): Refusal | undefined {
  for (const [key, schema] of Object.entries(model.vendorKeys?.checked ?? {})) {
    const value = raw[key];
    if (value != null && !schema.safeParse(value).success) return invalid(key);
  }
  return undefined;
}

/** Three ways to move a picture, of which one request has one [?]. */
function wayProblem(raw: Readonly<Record<string, unknown>>): Refusal | undefined {
  const ways = [['image_tail'], ['static_mask', 'dynamic_masks'], ['camera_control']];
  const used = ways.flatMap((keys) => keys.find((key) => raw[key] != null) ?? []);
  return used.length > 1 ? invalid(used.join(', '), 'exclude each other') : undefined;
}

function shotProblem(asked: CreateRequest): Refusal | undefined {
  const shots = asked.body.multi_prompt ?? [];
  if (!isStoryboard(asked.body) || shots.length === 0) return undefined;
  const sum = shots.reduce((total, { duration }) => total + Number(duration), 0);
  return sum === secondsOf(asked)
    ? undefined
    : invalid('multi_prompt', 'durations do not add up to duration');
}

/** Pixels of a square, which the provider names nowhere. */
const SQUARES: Readonly<Record<string, readonly [number, number]>> = {
  '720p': [960, 960],
  '1080p': [1440, 1440],
};

function taskOf(kind: Kind, asked: CreateRequest): Omit<NewSimulatedJob, 'id' | 'account'> {
  const { body, model, limits, quality } = asked;
  const ratio = limits.aspectRatioDefault === 'adaptive' ? '16:9' : (body.aspect_ratio ?? '16:9');
  const [width, height] = model.sizes[quality.resolution]?.[ratio] ??
    SQUARES[quality.resolution] ?? [960, 960];
  return {
    prompt: body.prompt ?? '',
    seconds: secondsOf(asked),
    width,
    height,
    fps: limits.fps ?? model.fps,
    seed: 0,
    ...(body.callback_url ? { callbackUrl: body.callback_url } : {}),
    data: {
      kind,
      mode: quality.mode,
      watermark: body.watermark_info?.enabled ?? false,
      ...(body.external_task_id ? { external_task_id: body.external_task_id } : {}),
    },
  };
}
