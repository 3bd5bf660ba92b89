import { jsonCall, type Call } from '../../core/provider/exchange';
import { withVendorKeys } from '../../core/request/passthrough';
import type { Submission } from '../../core/provider/provider';
import type { AppliedRequest, Input } from '../../core/request/request';
import { kindOf, klingModels } from './models';
import { pathOf, type Kind } from './schema';
import { sourceOf } from './source';
import { KLING_KEYS } from './vendor-keys';

/**
 * Returns the create call of each kind of the older wire. `external_task_id` is our attempt's id: unique per account, and a key for the
 * lookup.
 */
export function submit(submission: Submission): Call {
  const { model, calledModel = model, applied, attemptId, callbackUrl } = submission;
  const kind = kindOf(model, applied.mode);
  const body = {
    model_name: calledModel,
    prompt: applied.prompt || undefined,
    negative_prompt: applied.negativePrompt,
    ...mediaOf(kind, submission),
    mode: qualityOf(model, applied),
    duration: String(applied.seconds),
    // A frame gives the picture its shape, which is no value of this field.
    aspect_ratio: applied.aspectRatio === 'adaptive' ? undefined : applied.aspectRatio,
    sound: soundOf(model, applied),
    watermark_info: applied.watermark ? { enabled: true } : undefined,
    callback_url: callbackUrl,
    external_task_id: attemptId,
  };
  return jsonCall('POST', pathOf(kind), withVendorKeys(body, applied.passthrough, KLING_KEYS));
}

/**
 * Returns Kling's `mode` for a request, such as `pro`. Returns undefined, which leaves Kling's own default, for a model
 * with one quality and for a service tier or resolution that none of its modes stands for.
 */
function qualityOf(model: string, applied: AppliedRequest): string | undefined {
  const { serviceTiers = [], resolutions = [], tierResolutions = {} } = klingModels[model] ?? {};
  if (serviceTiers.length > 0) return serviceTiers.find((tier) => tier === applied.serviceTier);
  const quality = Object.entries(tierResolutions).find(([, made]) => made === applied.resolution);
  return resolutions.length > 1 ? quality?.[0] : undefined;
}

/** Returns Kling's `sound`, which is said only where the model has a sound to switch: others refuse the word itself. */
function soundOf(model: string, applied: AppliedRequest): 'on' | 'off' | undefined {
  if (!klingModels[model]?.audio || applied.generateAudio === undefined) return undefined;
  return applied.generateAudio ? 'on' : 'off';
}

type Blobs = Submission['blobs'];

function mediaOf(kind: Kind, { applied, blobs }: Submission): Record<string, unknown> {
  const of = (role: Input['role']): Input[] => applied.inputs.filter((item) => item.role === role);
  const first = of('first_frame')[0];
  const last = of('last_frame')[0];
  switch (kind) {
    case 'text2video':
      return {};
    case 'image2video':
      return {
        image: first && sourceOf(first, blobs),
        image_tail: last && sourceOf(last, blobs),
      };
    case 'multi-image2video':
      return {
        image_list: of('reference_image').map((input) => ({ image: sourceOf(input, blobs) })),
      };
    case 'omni-video':
      return omniMedia(applied.inputs, blobs);
  }
}

const OMNI_TYPE: Partial<Record<Input['role'], string>> = {
  first_frame: 'first_frame',
  last_frame: 'end_frame',
};

function omniMedia(inputs: readonly Input[], blobs: Blobs): Record<string, unknown> {
  const isVideo = ({ role }: Input): boolean => role === 'reference_video';
  const images = inputs.filter((input) => !isVideo(input));
  const videos = inputs.filter(isVideo);
  return {
    ...(images.length > 0
      ? {
          image_list: images.map((input) => ({
            image_url: sourceOf(input, blobs),
            type: OMNI_TYPE[input.role],
          })),
        }
      : {}),
    // `base` would edit the video and take its length, which nobody has priced.
    ...(videos.length > 0
      ? {
          video_list: videos.map((input) => ({
            video_url: sourceOf(input, blobs),
            refer_type: 'feature',
          })),
        }
      : {}),
  };
}
