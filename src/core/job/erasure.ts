import { given } from '../json/fields';
import { FAILURES } from '../errors';
import type { Failure } from '../errors';
import type { FrozenRoute } from './job';
import type { NativeRequest } from '../provider/native';
import type { FinalVerdict } from './outcome';
import type { AppliedRequest, VideoRequest } from '../request/request';

/**
 * What is left of a job when its texts are erased: numbers, states, names of the catalog and ids. Prompts, media, the
 * caller's own fields and the provider's words are gone. Each function lists what stays, so that a new field goes too.
 */

/** The fields that are numbers, flags or one of a model's own values. */
const KEPT = [
  'seconds',
  'resolution',
  'aspectRatio',
  'fps',
  'generateAudio',
  'seed',
  'watermark',
  'cameraFixed',
  'returnLastFrame',
  'serviceTier',
  'expiresAfterSeconds',
] as const;

/** Blanks a request: it takes `{model, prompt, seconds, ...}` and leaves `{model, prompt: '', seconds, ...}`. */
export function erasedRequest(request: VideoRequest): VideoRequest {
  const size = given({ size: request.size });
  return { ...kept(request), ...size, model: request.model, ...NO_TEXT };
}

export function erasedApplied(applied: AppliedRequest): AppliedRequest {
  const { mode, seconds, resolution, aspectRatio, fps, width, height } = applied;
  return {
    ...kept(applied),
    mode,
    seconds,
    resolution,
    aspectRatio,
    fps,
    ...given({ width, height }),
    ...NO_TEXT,
  };
}

const NO_TEXT = { prompt: '', inputs: [], passthrough: {} };

function kept(fields: VideoRequest | AppliedRequest) {
  const known = KEPT.flatMap((name) => (name in fields ? [[name, fields[name]]] : []));
  return Object.fromEntries(known) as Partial<Pick<AppliedRequest, (typeof KEPT)[number]>>;
}

export const erasedRoute = ({ applied, ...route }: FrozenRoute): FrozenRoute =>
  applied === undefined ? route : { ...route, applied: erasedApplied(applied) };

/** Blanks a native request but for its wire: lists of a pass-through dialect go by it. */
export const erasedNative = ({ wire }: NativeRequest): NativeRequest => ({
  wire,
  body: '',
  headers: {},
  search: '',
  ids: {},
});

/** Blanks a failure but for its code, told in the table's own words: the provider's words may repeat the prompt. */
export const erasedFailure = ({ code, stage }: Failure): Failure => ({
  code,
  message: FAILURES[code].text,
  ...given({ stage }),
});

export function erasedVerdict(verdict: FinalVerdict): FinalVerdict {
  switch (verdict.state) {
    case 'succeeded':
      return { state: 'succeeded', outputs: [], usage: verdict.usage };
    case 'failed':
      return {
        state: 'failed',
        failure: erasedFailure(verdict.failure),
        ...given({ usage: verdict.usage }),
      };
    case 'canceled':
    case 'expired':
      return verdict;
  }
}
