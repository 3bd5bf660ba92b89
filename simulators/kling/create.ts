import { kindOf, klingModels } from '../../src/providers/kling/models';
import type { Kind } from '../../src/providers/kling/schema';
import type { Admission, NewTask } from '../kit/refusal';
import { readBody } from './body';
import { UNITS } from './charges';
import { modeOf, problemOf, qualityOf, secondsOf, type CreateRequest } from './checks';
import { countUnits } from './prices';
import { invalid, refusalOf } from './refusal';

/** Checks a create body of that kind and makes a task of it. */
export function admit(kind: Kind, bytes: Uint8Array): Admission {
  const read = readBody(kind, bytes);
  if ('refused' in read) return read;
  const { body, raw } = read;
  const model = klingModels[body.model_name];
  if (!model) return { refused: refusalOf(1203, `model ${body.model_name} is not found`) };
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
    limits: { ...limits, ...((body.video_list ?? []).length > 0 ? limits.besideVideo : {}) },
    quality: qualityOf(body, model, limits),
  };
  const refused = problemOf(asked);
  return refused ? { refused } : { task: taskOf(kind, asked) };
}

const SQUARES: Readonly<Record<string, readonly [number, number]>> = {
  '720p': [960, 960],
  '1080p': [1440, 1440],
  '4k': [2880, 2880],
};

/** Gives the pixels of a square, which the provider names nowhere. */
export const squareOf = (resolution: string): readonly [number, number] =>
  SQUARES[resolution] ?? [960, 960];

function taskOf(kind: Kind, asked: CreateRequest): NewTask {
  const { body, raw, model, limits, quality } = asked;
  const ratio = limits.aspectRatioDefault === 'adaptive' ? '16:9' : (body.aspect_ratio ?? '16:9');
  const [width, height] = model.sizes[quality.resolution]?.[ratio] ?? squareOf(quality.resolution);
  return {
    model: body.model_name,
    prompt: body.prompt ?? '',
    seconds: secondsOf(asked),
    width,
    height,
    fps: limits.fps ?? model.fps,
    seed: 0,
    ...(body.callback_url ? { callbackUrl: body.callback_url } : {}),
    data: {
      kind,
      [UNITS]: countUnits({
        model: body.model_name,
        resolution: quality.resolution,
        seconds: secondsOf(asked),
        sound: body.sound === 'on',
        voices: Array.isArray(raw['voice_list']) && raw['voice_list'].length > 0,
        video: (body.video_list ?? []).length > 0,
      }),
      watermark: body.watermark_info?.enabled ?? false,
      ...(body.external_task_id ? { external_task_id: body.external_task_id } : {}),
    },
  };
}
