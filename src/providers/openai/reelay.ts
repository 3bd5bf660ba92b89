import { jsonCall, type Call } from '../../core/provider/exchange';
import type { Submission } from '../../core/provider/provider';
import { withVendorKeys } from '../../core/request/passthrough';
import type { Input } from '../../core/request/request';
import { dataUrlOf } from '../kit';
import { GATEWAY_KEYS } from './vendor-keys';

/**
 * Returns the create call to another gateway of this kind, in the words of its `/v1/videos` and always as JSON. It has an
 * idempotency key, by which a second create of the same attempt is answered with the first one's job, and shows our id with
 * each video.
 */
export function submitToReelay(submission: Submission): Call {
  const { model, calledModel = model, applied, attemptId } = submission;
  const frames = applied.inputs.filter(({ role }) => isFrame(role));
  const references = applied.inputs.filter(({ role }) => !isFrame(role));
  const body = {
    model: calledModel,
    prompt: applied.prompt,
    duration: applied.seconds,
    resolution: applied.resolution,
    aspect_ratio: applied.aspectRatio,
    generate_audio: applied.generateAudio,
    seed: applied.seed,
    watermark: applied.watermark,
    return_last_frame: applied.returnLastFrame,
    request_id: attemptId,
    ...(frames.length > 0
      ? {
          frame_images: frames.map((input) => ({
            frame_type: input.role,
            image_url: urlOf(input, submission),
          })),
        }
      : {}),
    ...(references.length > 0
      ? {
          input_references: references.map((input) => ({
            [KEYS[input.role]]: urlOf(input, submission),
          })),
        }
      : {}),
  };
  return jsonCall('POST', '/videos', withVendorKeys(body, applied.passthrough, GATEWAY_KEYS), {
    'idempotency-key': attemptId,
  });
}

const isFrame = (role: Input['role']): boolean => role === 'first_frame' || role === 'last_frame';

const KEYS: Readonly<Record<Input['role'], 'image_url' | 'video_url' | 'audio_url'>> = {
  first_frame: 'image_url',
  last_frame: 'image_url',
  reference_image: 'image_url',
  reference_video: 'video_url',
  reference_audio: 'audio_url',
};

function urlOf({ media }: Input, { blobs }: Submission): string {
  if ('url' in media) return media.url;
  if ('asset' in media) return `asset://${media.asset}`;
  return dataUrlOf(blobs, media.blob);
}
