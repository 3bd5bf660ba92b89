import { jsonCall, type Call } from '../../../core/provider/exchange';
import type { Submission } from '../../../core/provider/provider';
import type { AppliedRequest, Mode } from '../../../core/request/request';
import { fileOf } from '../files';
import { pathOf } from './schema';

const TASKS: Readonly<Partial<Record<Mode, string>>> = {
  text: 'text_to_video',
  first_frame: 'image_to_video',
  reference: 'reference_to_video',
};

/**
 * Returns the create call of an interaction. `background`, or it would be answered when the video is made; the video by
 * link, or it would stand in every look. What names the attempt there is the URL of its webhook alone.
 */
export function submit({
  model,
  calledModel = model,
  applied,
  callbackUrl,
  blobs,
}: Submission): Call {
  return jsonCall('POST', pathOf(), {
    model: calledModel,
    input: inputOf(applied, blobs),
    background: true,
    response_format: {
      type: 'video',
      delivery: 'uri',
      aspect_ratio: applied.aspectRatio,
      resolution: applied.resolution,
      // A Duration: a bare number is refused.
      duration: `${String(applied.seconds)}s`,
    },
    generation_config: { video_config: { task: TASKS[applied.mode] } },
    ...(callbackUrl === undefined ? {} : { webhook_config: { uris: [callbackUrl] } }),
  });
}

function inputOf({ prompt, inputs }: AppliedRequest, blobs: Submission['blobs']): unknown {
  if (inputs.length === 0) return prompt;
  return [
    ...inputs.map((input) => {
      const { mime, base64 } = fileOf(input, blobs);
      return { type: 'image', data: base64, mime_type: mime };
    }),
    ...(prompt === '' ? [] : [{ type: 'text', text: prompt }]),
  ];
}
