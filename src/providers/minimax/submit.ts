import { jsonCall, type Call } from '../../core/provider/exchange';
import type { Submission } from '../../core/provider/provider';
import { withVendorKeys } from '../../core/request/passthrough';
import type { Input } from '../../core/request/request';
import { CREATE } from './schema';
import { sourceOf } from './source';
import { H3_KEYS } from './vendor-keys';

/**
 * Returns the create call of the newer wire. MiniMax takes no id of ours: the callback's URL, which has a token of the
 * attempt in its path, is all that names the attempt there.
 */
export function submit(submission: Submission): Call {
  const { model, calledModel = model, applied, callbackUrl } = submission;
  const body = {
    model: calledModel,
    content: [
      { type: 'text', text: applied.prompt },
      ...applied.inputs.map((input) => item(input, submission.blobs)),
    ],
    resolution: applied.resolution.toUpperCase(),
    ratio: applied.aspectRatio,
    duration: applied.seconds,
    aigc_watermark: applied.watermark,
    callback_url: callbackUrl,
  };
  return jsonCall('POST', CREATE, withVendorKeys(body, applied.passthrough, H3_KEYS));
}

const TYPES: Readonly<Record<Input['role'], 'image_url' | 'video_url' | 'audio_url'>> = {
  first_frame: 'image_url',
  last_frame: 'image_url',
  reference_image: 'image_url',
  reference_video: 'video_url',
  reference_audio: 'audio_url',
};

function item(input: Input, blobs: Submission['blobs']): Record<string, unknown> {
  const type = TYPES[input.role];
  return { type, [type]: { url: sourceOf(input, blobs) }, role: input.role };
}
