import { jsonCall, type Call } from '../../core/provider/exchange';
import type { Submission } from '../../core/provider/provider';
import { withVendorKeys } from '../../core/request/passthrough';
import type { Input, Media } from '../../core/request/request';
import { dataUrlOf } from '../kit';
import { submitNative } from './native';
import { pathOf } from './schema';
import { ARK_KEYS } from './vendor-keys';

/**
 * Returns the create call. Ark takes no id of ours: `callback_url`, which has a token of the attempt in its path, is all
 * that names the attempt there.
 */
export function submit(submission: Submission): Call {
  const { model, calledModel = model, applied, callbackUrl, native } = submission;
  if (native) return submitNative(native, calledModel, callbackUrl);
  const text = applied.prompt !== '' || applied.inputs.length === 0;
  const body = {
    model: calledModel,
    content: [
      ...(text ? [{ type: 'text', text: applied.prompt }] : []),
      ...applied.inputs.map((input) => contentItem(input, submission.blobs)),
    ],
    resolution: applied.resolution,
    ratio: applied.aspectRatio,
    duration: applied.seconds,
    generate_audio: applied.generateAudio,
    seed: applied.seed,
    watermark: applied.watermark,
    camera_fixed: applied.cameraFixed,
    return_last_frame: applied.returnLastFrame,
    service_tier: applied.serviceTier,
    execution_expires_after: applied.expiresAfterSeconds,
    safety_identifier: applied.safetyIdentifier,
    callback_url: callbackUrl,
  };
  return jsonCall('POST', pathOf(), withVendorKeys(body, applied.passthrough, ARK_KEYS));
}

const CONTENT_TYPE: Readonly<Record<Input['role'], 'image_url' | 'video_url' | 'audio_url'>> = {
  first_frame: 'image_url',
  last_frame: 'image_url',
  reference_image: 'image_url',
  reference_video: 'video_url',
  reference_audio: 'audio_url',
};

function contentItem(input: Input, blobs: Submission['blobs']): Record<string, unknown> {
  const type = CONTENT_TYPE[input.role];
  return { type, [type]: { url: urlOf(input.media, blobs) }, role: input.role };
}

function urlOf(media: Media, blobs: Submission['blobs']): string {
  if ('url' in media) return media.url;
  if ('asset' in media) return `asset://${media.asset}`;
  return dataUrlOf(blobs, media.blob);
}
