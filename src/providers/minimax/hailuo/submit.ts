import { jsonCall, type Call } from '../../../core/provider/exchange';
import type { Submission } from '../../../core/provider/provider';
import { withVendorKeys } from '../../../core/request/passthrough';
import type { Input } from '../../../core/request/request';
import { sourceOf } from '../source';
import { HAILUO_KEYS } from '../vendor-keys';
import { CREATE } from './schema';

/** Returns the create call of the older wire, which has no word for a shape: a text is made wide, a frame keeps its own. */
export function submit(submission: Submission): Call {
  const { model, calledModel = model, applied, blobs, callbackUrl } = submission;
  const frame = (role: Input['role']): string | undefined => {
    const input = applied.inputs.find((one) => one.role === role);
    return input && sourceOf(input, blobs);
  };
  const body = {
    model: calledModel,
    prompt: applied.prompt || undefined,
    first_frame_image: frame('first_frame'),
    last_frame_image: frame('last_frame'),
    duration: applied.seconds,
    resolution: applied.resolution.toUpperCase(),
    aigc_watermark: applied.watermark,
    callback_url: callbackUrl,
  };
  return jsonCall('POST', CREATE, withVendorKeys(body, applied.passthrough, HAILUO_KEYS));
}
