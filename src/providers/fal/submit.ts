import { jsonCall, type Call } from '../../core/provider/exchange';
import type { Submission } from '../../core/provider/provider';
import { withVendorKeys } from '../../core/request/passthrough';
import type { AppliedRequest, Input } from '../../core/request/request';
import { dataUrlOf, overHttps } from '../kit';
import { endpointOf, familyOf } from './endpoints';
import { KEYS } from './vendor-keys';

/**
 * Returns the call that puts a request into the queue of its endpoint. The body is the model's own input. fal takes no id of
 * ours: the callback's URL, which has a token of the attempt in its path, is all that names the attempt there.
 */
export function submit(submission: Submission): Call {
  const { model, calledModel = model, applied } = submission;
  const family = familyOf(model);
  const path = `/${calledModel}${endpointOf(family, applied)}`;
  const webhook = overHttps(submission.callbackUrl);
  const query = webhook === undefined ? '' : `?fal_webhook=${encodeURIComponent(webhook)}`;
  const body = BODIES[family](submission);
  return jsonCall('POST', path + query, withVendorKeys(body, applied.passthrough, KEYS[family]));
}

type Body = Record<string, unknown>;

const BODIES: Readonly<Record<'veo' | 'kling' | 'seedance', (submission: Submission) => Body>> = {
  veo: (submission) => {
    const { applied } = submission;
    const first = applied.mode === 'first_last_frame' ? 'first_frame_url' : 'image_url';
    return {
      ...said(applied),
      resolution: applied.resolution,
      // "8s", where the others write "8".
      duration: `${String(applied.seconds)}s`,
      seed: applied.seed,
      negative_prompt: applied.negativePrompt,
      ...frames(submission, first, 'last_frame_url'),
    };
  },
  kling: (submission) => ({
    ...said(submission.applied),
    // A picture gives the video its shape, and the endpoint for pictures has no such word.
    aspect_ratio: submission.applied.mode === 'text' ? submission.applied.aspectRatio : undefined,
    duration: String(submission.applied.seconds),
    negative_prompt: submission.applied.negativePrompt,
    ...frames(submission, 'start_image_url', 'end_image_url'),
  }),
  seedance: (submission) => ({
    ...said(submission.applied),
    resolution: submission.applied.resolution,
    duration: submission.applied.seconds === -1 ? 'auto' : String(submission.applied.seconds),
    seed: submission.applied.seed,
    ...frames(submission, 'image_url', 'end_image_url'),
    ...references(submission),
  }),
};

/** Returns what every family is told in the same words. */
const said = ({ prompt, aspectRatio, generateAudio }: AppliedRequest): Body => ({
  prompt,
  aspect_ratio: aspectRatio === 'adaptive' ? 'auto' : aspectRatio,
  generate_audio: generateAudio,
});

function frames(submission: Submission, first: string, last: string): Body {
  return { [first]: one(submission, 'first_frame'), [last]: one(submission, 'last_frame') };
}

function references(submission: Submission): Body {
  if (submission.applied.mode !== 'reference') return {};
  const sounds = all(submission, 'reference_audio');
  return {
    image_urls: all(submission, 'reference_image'),
    ...(sounds.length > 0 ? { audio_urls: sounds } : {}),
  };
}

const one = (submission: Submission, role: Input['role']): string | undefined =>
  all(submission, role)[0];

const all = ({ applied, blobs }: Submission, role: Input['role']): string[] =>
  applied.inputs.filter((input) => input.role === role).map((input) => urlOf(input, blobs));

function urlOf({ media }: Input, blobs: Submission['blobs']): string {
  if ('url' in media) return media.url;
  if ('asset' in media) throw new Error('fal keeps no assets; create refuses them');
  return dataUrlOf(blobs, media.blob);
}
