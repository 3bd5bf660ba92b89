import { NO_OPTIONS } from '../../core/provider/options';
import { jsonCall, type Call } from '../../core/provider/exchange';
import type { Submission } from '../../core/provider/provider';
import { withVendorKeys, type VendorKeys } from '../../core/request/passthrough';
import type { Input } from '../../core/request/request';
import { dataUrlOf, overHttps } from '../kit';
import { cancelAfterOf } from './options';
import { createAt } from './schema';
import { KLING_KEYS, SEEDANCE_KEYS, VEO_KEYS } from './vendor-keys';

/**
 * Returns the create call. Replicate takes no id of ours: `webhook`, which has a token of the attempt in its path, is all that
 * names the attempt there. The answer is not waited for (`Prefer: wait`), since a video takes longer than a minute.
 */
export function submit(submission: Submission): Call {
  const { model, calledModel = model, applied, options } = submission;
  const { path, version } = createAt(calledModel);
  const [input, keys] = INPUTS[makerOf(model)](submission);
  // "`webhook` must be an HTTPS URL": a job without one is looked at, and one with another is refused.
  const webhook = overHttps(submission.callbackUrl);
  const cancelAfter = cancelAfterOf(options ?? NO_OPTIONS);
  return jsonCall(
    'POST',
    path,
    {
      version,
      input: withVendorKeys(input, applied.passthrough, keys),
      ...(webhook === undefined ? {} : { webhook, webhook_events_filter: ['completed'] }),
    },
    cancelAfter === undefined ? {} : { 'cancel-after': cancelAfter },
  );
}

type Written = readonly [input: Record<string, unknown>, keys: VendorKeys];
type Maker = 'veo' | 'kling' | 'seedance';

function makerOf(model: string): Maker {
  if (model.startsWith('kwaivgi/')) return 'kling';
  return model.startsWith('bytedance/') ? 'seedance' : 'veo';
}

const INPUTS: Readonly<Record<Maker, (submission: Submission) => Written>> = {
  veo: (submission) => {
    const { applied } = submission;
    const references = all(submission, 'reference_image');
    return [
      {
        ...said(submission),
        resolution: applied.resolution,
        generate_audio: applied.generateAudio,
        negative_prompt: applied.negativePrompt,
        seed: applied.seed,
        image: one(submission, 'first_frame'),
        last_frame: one(submission, 'last_frame'),
        ...(references.length > 0 ? { reference_images: references } : {}),
      },
      VEO_KEYS,
    ];
  },
  kling: (submission) => {
    const { applied } = submission;
    return [
      {
        ...said(submission),
        mode: applied.resolution === '720p' ? 'standard' : 'pro',
        generate_audio: applied.generateAudio,
        negative_prompt: applied.negativePrompt,
        start_image: one(submission, 'first_frame'),
        end_image: one(submission, 'last_frame'),
      },
      KLING_KEYS,
    ];
  },
  seedance: (submission) => {
    const { applied } = submission;
    return [
      {
        ...said(submission),
        resolution: applied.resolution,
        camera_fixed: applied.cameraFixed,
        seed: applied.seed,
        image: one(submission, 'first_frame'),
        last_frame_image: one(submission, 'last_frame'),
      },
      SEEDANCE_KEYS,
    ];
  },
};

/** Returns what every model is told in the same words. A shape that the picture gives is said by no word. */
const said = ({ applied }: Submission): Record<string, unknown> => ({
  prompt: applied.prompt,
  duration: applied.seconds,
  aspect_ratio: applied.aspectRatio === 'adaptive' ? undefined : applied.aspectRatio,
});

const one = (submission: Submission, role: Input['role']): string | undefined =>
  all(submission, role)[0];

const all = ({ applied, blobs }: Submission, role: Input['role']): string[] =>
  applied.inputs.filter((input) => input.role === role).map((input) => urlOf(input, blobs));

function urlOf({ media }: Input, blobs: Submission['blobs']): string {
  if ('url' in media) return media.url;
  if ('asset' in media) throw new Error('Replicate keeps no assets of ours; create refuses them');
  return dataUrlOf(blobs, media.blob);
}
