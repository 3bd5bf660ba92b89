import { lengthsOf } from '../../../src/core/request/apply-capabilities';
import type { Capabilities, ModeCapabilities } from '../../../src/core/request/capabilities';
import type { Mode } from '../../../src/core/request/request';
import { settingsOf } from '../../../src/providers/kling/newer/models';
import type { Door } from '../../../src/providers/kling/newer/schema';
import { firstRefusal } from '../../kit/refusal';
import type { Refusal } from '../../kit/refusal';
import { invalid } from '../refusal';
import type { Body, Item } from './body';

/** These checks refuse what the newer wire's doors refuse in a body whose shape is right. */

const TAKEN: Readonly<Record<Door, readonly Item['type'][]>> = {
  'text-to-video': ['prompt'],
  'image-to-video': ['prompt', 'first_frame', 'last_frame', 'element', 'voice'],
  'omni-video': [
    'prompt',
    'first_frame',
    'last_frame',
    'refer_image',
    'feature_video',
    'base_video',
    'element',
  ],
};

export const countOf = ({ items }: Body, ...types: readonly Item['type'][]): number =>
  items.filter(({ type }) => types.includes(type)).length;

/** Gives the mode that a body asks for at that door. */
export function modeOf(door: Door, body: Body): Mode | { refused: Refusal } {
  const foreign = body.items.find(({ type }) => !TAKEN[door].includes(type));
  if (foreign) return { refused: invalid('contents', `do not take ${foreign.type} here`) };
  const isFramed = countOf(body, 'first_frame') > 0;
  if (door === 'image-to-video' && !isFramed) {
    return { refused: invalid('contents', 'need a first_frame') };
  }
  if (countOf(body, 'last_frame') > 0) {
    return isFramed ? 'first_last_frame' : { refused: invalid('contents', 'need a first_frame') };
  }
  if (isFramed) return 'first_frame';
  const references = countOf(body, 'refer_image', 'element', 'feature_video', 'base_video');
  return references > 0 ? 'reference' : 'text';
}

/** What a create asks for: its body, and the model and limits that its path and items chose. */
export interface CreateRequest {
  door: Door;
  body: Body;
  /** The model's name. */
  name: string;
  model: Capabilities;
  limits: ModeCapabilities;
}

type Check = (asked: CreateRequest) => Refusal | undefined;

/** Names the first thing that this model does not take. */
export const problemOf = (asked: CreateRequest): Refusal | undefined => firstRefusal(CHECKS, asked);

const CHECKS: readonly Check[] = [
  ({ body, model, limits }) => {
    const longest = limits.promptLengthMax ?? model.promptLengthMax;
    const isLong = body.items.some((item) => item.type === 'prompt' && item.text.length > longest);
    return isLong ? invalid('prompt', `is longer than ${String(longest)}`) : undefined;
  },
  ({ body, limits }) =>
    countOf(body, 'feature_video', 'base_video') > limits.videos
      ? invalid('contents', 'have too many videos')
      : undefined,
  ({ door, body, model, limits }) => {
    const frames = countOf(body, 'first_frame', 'last_frame');
    // Beside a frame omni takes references too, as one of its examples has it.
    const isMixed = door === 'omni-video' && frames > 0;
    const most = isMixed ? (model.modes.reference?.images ?? 0) : limits.images;
    const isMuch = frames + countOf(body, 'refer_image') > most;
    return isMuch || (isMixed && frames > limits.images)
      ? invalid('contents', 'have too many images')
      : undefined;
  },
  ({ body: { settings }, model, limits }) =>
    (limits.resolutions ?? model.resolutions).includes(settings.resolution)
      ? undefined
      : invalid('settings.resolution', `${settings.resolution} is not supported`),
  ({ body: { settings }, model, limits }) =>
    lengthsOf(limits.seconds ?? model.seconds).includes(settings.duration)
      ? undefined
      : invalid('settings.duration', `value '${String(settings.duration)}' is invalid`),
  ({ door, body }) => {
    const isShaped = countOf(body, 'first_frame', 'feature_video', 'base_video') > 0;
    const needed = door === 'omni-video' && !isShaped && !body.settings.aspect_ratio;
    return needed ? invalid('settings.aspect_ratio', 'is missing') : undefined;
  },
  (asked) => audioProblem(asked),
  (asked) => shotProblem(asked),
];

/** A model without a word for sound drops one that it gets, as any other word that it does not know. */
export function makesSound({ name, body: { settings } }: CreateRequest): boolean {
  return settingsOf(name).audio && settings.audio === 'native';
}

function audioProblem(asked: CreateRequest): Refusal | undefined {
  const { body, model, limits, name } = asked;
  if (body.settings.audio === 'original' && !/omni|o1/.test(name)) {
    return invalid('settings.audio', 'original is not supported by this model');
  }
  const isHere = model.audioResolutions?.includes(body.settings.resolution) ?? true;
  return makesSound(asked) && !(isHere && (limits.audio ?? model.audio))
    ? invalid('settings.audio', 'native is not supported by this model and mode')
    : undefined;
}

function shotProblem({ body, name }: CreateRequest): Refusal | undefined {
  if (!settingsOf(name).shots) return undefined;
  const { multi_shot } = body.settings;
  if (countOf(body, 'feature_video') > 0 && multi_shot === false) {
    return invalid('settings.multi_shot', 'must be true with a feature_video');
  }
  return countOf(body, 'base_video') > 0 && multi_shot === true
    ? invalid('settings.multi_shot', 'is not supported with a base_video')
    : undefined;
}
