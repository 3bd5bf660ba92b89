import type { Admission, NewTask } from '../kit/refusal';
import { readBody, type Body } from './body';
import { problemOf } from './checks';
import { appOf, type Endpoint } from './endpoints';
import { sizeOf } from './tokens';

/** Checks the input of an endpoint and makes a request of it. */
export function admit(
  endpoint: Endpoint,
  bytes: Uint8Array,
  callbackUrl: string | undefined,
): Admission {
  const read = readBody(endpoint, bytes);
  if ('refused' in read) return read;
  const { body } = read;
  const refused = problemOf({ body, endpoint });
  return refused ? { refused } : { task: taskOf(endpoint, body, callbackUrl) };
}

export const isSeedance = (endpoint: string): boolean => endpoint.startsWith('bytedance/');

/** What a model makes that is told no length: Veo eight seconds, Kling five; Seedance decides. */
const secondsOf = ({ kind }: Endpoint, { duration }: Body): number => {
  if (duration == null) return kind.startsWith('veo') ? 8 : kind.startsWith('kling') ? 5 : -1;
  return duration === 'auto' ? -1 : parseInt(duration, 10);
};

function taskOf(endpoint: Endpoint, body: Body, callbackUrl: string | undefined): NewTask {
  const resolution = endpoint.resolution ?? body.resolution ?? '720p';
  const ratio = body.aspect_ratio ?? '16:9';
  const [width, height] = sizeOf(isSeedance(endpoint.id), resolution, ratio);
  return {
    model: endpoint.id,
    prompt: body.prompt,
    seconds: secondsOf(endpoint, body),
    width,
    height,
    fps: 24,
    seed: body.seed ?? 0,
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    data: { endpoint: endpoint.id, app: appOf(endpoint) },
  };
}
