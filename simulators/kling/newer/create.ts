import { doorOf, newerModels } from '../../../src/providers/kling/newer/models';
import { TASKS, type Door } from '../../../src/providers/kling/newer/schema';
import type { Admission, NewTask } from '../../kit/refusal';
import { UNITS } from '../charges';
import { squareOf } from '../create';
import { countUnits } from '../prices';
import { invalid, refusalOf } from '../refusal';
import { readBody } from './body';
import { countOf, makesSound, modeOf, problemOf, type CreateRequest } from './checks';

/** Checks a create body at that door and makes a task of it. */
export function admitNewer(door: Door, name: string, bytes: Uint8Array): Admission {
  const model = newerModels[name];
  if (!model) return { refused: refusalOf(1203, `model ${name} is not found`) };
  const read = readBody(door, bytes);
  if ('refused' in read) return read;
  const { body } = read;
  const mode = modeOf(door, body);
  if (typeof mode !== 'string') return mode;
  const limits = model.modes[mode];
  if (!limits || doorOf(name, mode) !== door) {
    return { refused: invalid('model', `${name} is not supported here`) };
  }
  const beside = hasVideo(body) ? limits.besideVideo : undefined;
  const asked: CreateRequest = { door, body, name, model, limits: { ...limits, ...beside } };
  const refused = problemOf(asked);
  return refused ? { refused } : { task: taskOf(asked) };
}

const hasVideo = (body: CreateRequest['body']): boolean =>
  countOf(body, 'feature_video', 'base_video') > 0;

function taskOf(asked: CreateRequest): NewTask {
  const { body, name, model, limits } = asked;
  const { resolution, duration, aspect_ratio = '16:9' } = body.settings;
  const ratio = limits.aspectRatioDefault === 'adaptive' ? '16:9' : aspect_ratio;
  const [width, height] = model.sizes[resolution]?.[ratio] ?? squareOf(resolution);
  const { callback_url, external_task_id, watermark_info } = body.options;
  const prompt = body.items.flatMap((item) => (item.type === 'prompt' ? [item.text] : []));
  return {
    model: name,
    prompt: prompt.join('\n'),
    seconds: duration,
    width,
    height,
    fps: limits.fps ?? model.fps,
    seed: 0,
    ...(callback_url ? { callbackUrl: callback_url } : {}),
    data: {
      kind: TASKS,
      watermark: watermark_info?.enabled ?? false,
      [UNITS]: countUnits({
        model: name,
        resolution,
        seconds: duration,
        sound: makesSound(asked),
        voices: countOf(body, 'voice') > 0,
        video: hasVideo(body),
      }),
      ...(external_task_id ? { external_task_id } : {}),
    },
  };
}
