import { lengthsOf } from '../../src/core/request/apply-capabilities';
import { type Capabilities, type ModeCapabilities } from '../../src/core/request/capabilities';
import type { Mode } from '../../src/core/request/request';
import type { Kind } from '../../src/providers/kling/schema';
import { firstRefusal } from '../kit/refusal';
import type { Refusal } from '../kit/refusal';
import type { Body } from './body';
import { invalid } from './refusal';

/** These checks refuse what the create endpoints refuse in a body whose shape is right. */

/** Gives the mode that a body asks for at the endpoint of that kind. */
export function modeOf(kind: Kind, body: Body): Mode | { refused: Refusal } {
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

/** What a create asks for: its body, and the model, limits and quality that the body chose. */
export interface CreateRequest {
  body: Body;
  raw: Readonly<Record<string, unknown>>;
  model: Capabilities;
  limits: ModeCapabilities;
  quality: Quality;
}

interface Quality {
  mode: 'std' | 'pro' | '4k';
  resolution: string;
}

/** Gives the quality that a mode means: both are 720p on kling-v1, and a model with one quality always has that one. */
export function qualityOf(body: Body, model: Capabilities, limits: ModeCapabilities): Quality {
  const mode = body.mode ?? (model.resolutionDefault === '1080p' ? 'pro' : 'std');
  const offered = limits.resolutions ?? model.resolutions;
  const only = model.resolutions.length === 1 && mode !== '4k' ? offered[0] : undefined;
  return { mode, resolution: only ?? RESOLUTIONS[mode] };
}

const RESOLUTIONS = { std: '720p', pro: '1080p', '4k': '4k' } as const;

export const secondsOf = ({ body }: CreateRequest): number => Number(body.duration ?? '5');

type Check = (asked: CreateRequest) => Refusal | undefined;

/** Names the first thing that this model does not take. */
export const problemOf = (asked: CreateRequest): Refusal | undefined => firstRefusal(CHECKS, asked);

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
