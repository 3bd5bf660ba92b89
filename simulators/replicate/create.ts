import type { Admission, NewTask } from '../kit/refusal';
import { readBody, type ReadBody } from './body';
import { problemOf } from './checks';
import { sizeOf } from './seconds';

/** Checks a create body and makes a prediction of it. */
export function admit(named: string | undefined, bytes: Uint8Array): Admission {
  const read = readBody(named, bytes);
  if ('refused' in read) return read;
  const refused = problemOf(read.input);
  return refused ? { refused } : { task: taskOf(read) };
}

const QUALITIES: Readonly<Record<string, string>> = {
  standard: '720p',
  pro: '1080p',
  '4k': '1080p',
};

function taskOf({ model, input, webhook, events }: ReadBody): NewTask {
  const resolution = input.resolution ?? QUALITIES[input.mode ?? ''] ?? '1080p';
  const [width, height] = sizeOf(model, resolution, input.aspect_ratio);
  return {
    model,
    prompt: input.prompt,
    seconds: input.duration,
    width,
    height,
    fps: 24,
    seed: input.seed ?? 0,
    ...(webhook === undefined ? {} : { callbackUrl: webhook }),
    data: { model, input, webhook, events },
  };
}
