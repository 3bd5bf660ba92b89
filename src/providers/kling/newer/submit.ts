import { jsonCall, type Call } from '../../../core/provider/exchange';
import type { Submission } from '../../../core/provider/provider';
import type { AppliedRequest, Input } from '../../../core/request/request';
import { sourceOf } from '../source';
import { doorOf, settingsOf } from './models';
import { createPathOf } from './schema';

/**
 * Returns the create call of each door. Kling drops what stands in a wrong place without a word, so the places of all
 * fields are held by wire files.
 */
export function submit(submission: Submission): Call {
  const { model, calledModel = model, applied, attemptId, callbackUrl } = submission;
  const door = doorOf(model, applied.mode);
  const asked =
    door === 'text-to-video' ? { prompt: applied.prompt } : { contents: contentsOf(submission) };
  return jsonCall('POST', createPathOf(door, calledModel), {
    ...asked,
    settings: settings(model, applied),
    options: {
      callback_url: callbackUrl,
      external_task_id: attemptId,
      watermark_info: applied.watermark ? { enabled: true } : undefined,
    },
  });
}

function settings(model: string, applied: AppliedRequest): Record<string, unknown> {
  const has = settingsOf(model);
  return {
    resolution: applied.resolution,
    // A frame gives the picture its shape, which is no value of this field.
    aspect_ratio: applied.aspectRatio === 'adaptive' ? undefined : applied.aspectRatio,
    duration: applied.seconds,
    audio: has.audio ? (applied.generateAudio ? 'native' : 'off') : undefined,
    multi_shot: has.shots ? isInShots(applied) : undefined,
  };
}

/** Kling's own default is shots; who does not ask for them wants one, except beside a video, which needs them. */
function isInShots({ inputs, passthrough }: AppliedRequest): boolean {
  return passthrough['multi_shot'] === true || inputs.some(isVideo);
}

const isVideo = ({ role }: Input): boolean => role === 'reference_video';

function contentsOf({ applied, blobs }: Submission): Record<string, unknown>[] {
  const { prompt, inputs } = applied;
  const images = inputs.filter((input) => !isVideo(input));
  const videos = inputs.filter(isVideo);
  return [
    ...(prompt ? [{ type: 'prompt', text: prompt }] : []),
    ...images.map((input, index) => item(input, `image_${String(index + 1)}`, blobs)),
    ...videos.map((input, index) => item(input, `video_${String(index + 1)}`, blobs)),
  ];
}

/** `id` is how a prompt names a reference: `@image_1`. */
function item(input: Input, id: string, blobs: Submission['blobs']): Record<string, unknown> {
  const url = sourceOf(input, blobs);
  switch (input.role) {
    case 'first_frame':
    case 'last_frame':
      return { type: input.role, url };
    case 'reference_image':
      return { type: 'refer_image', url, id };
    case 'reference_video':
      return { type: 'feature_video', url, id };
    case 'reference_audio':
      throw new Error('Kling takes no sound; create refuses it');
  }
}
