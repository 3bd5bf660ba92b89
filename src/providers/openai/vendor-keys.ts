import { z } from 'zod';
import type { VendorKeys } from '../../core/request/passthrough';

/**
 * The words that the servers of this wire have beyond ours. `num_frames` is owned though nobody writes it: most of them
 * take it in place of the length that was priced. So is whatever carries other words inside (`extra_body`, `video_params`,
 * new-api's `metadata`, which it lays over the whole body), asks for a second video (`n`) or for another kind of work
 * (`task_type`, upscaling), lets a gateway make a job that nobody asked for (LiteLLM's router submits again by `num_retries`,
 * and to another model by `fallbacks`), or names files of the server's own, which it would read, write or load models from
 * (the last ones).
 */
const OWNED = [
  'model',
  'prompt',
  'seconds',
  'duration',
  'num_frames',
  'size',
  'width',
  'height',
  'resolution',
  'aspect_ratio',
  'ratio',
  'n',
  'num_outputs_per_prompt',
  'num_videos_per_prompt',
  'num_retries',
  'max_retries',
  'fallbacks',
  'short_edge',
  'video_params',
  'input_reference',
  'image_reference',
  'video_reference',
  'audio_reference',
  'reference_url',
  'image',
  'images',
  'image_url',
  'video',
  'video_url',
  'control_reference',
  'frame_images',
  'input_references',
  'reference_images',
  'seed',
  'negative_prompt',
  'generate_audio',
  'generate_sound',
  'sound_duration',
  'watermark',
  'return_last_frame',
  'metadata',
  'extra_body',
  'extra_json',
  'response_format',
  'stream',
  'request_id',
  'callback_url',
  'task_type',
  'enable_upscaling',
  'upscaling_scale',
  'control_type',
  'source_video',
  'source_audio',
  'video_noise_mask',
  'audio_noise_mask',
  'video_path',
  'output_path',
  'perf_dump_path',
  'profile',
  'num_profiled_timesteps',
  'profile_all_stages',
  'upscaling_model_path',
  'frame_interpolation_model_path',
];

/** An object of further words, none of which but `allowed` may be one that the gateway writes. */
const further = (allowed: readonly string[] = []) =>
  z.record(z.string(), z.unknown(), { error: 'must be an object' }).refine(
    (words) => {
      const named = Object.keys(words).filter((word) => !allowed.includes(word));
      return !named.some((word) => OWNED.includes(word));
    },
    { error: 'has a word that the gateway writes' },
  );

const numberIn = (min: number, max: number) =>
  z
    .number({ error: 'must be a number' })
    .min(min, `must lie between ${String(min)} and ${String(max)}`)
    .max(max, `must lie between ${String(min)} and ${String(max)}`);

/**
 * Words that the servers document which run a model themselves, by vLLM-Omni's bounds where they have some, and that leave
 * the work of a video as it is: a caller may use them wherever such a server is. Dynamo reads its two nowhere else.
 */
const EVERYWHERE = {
  guidance_scale: numberIn(0, 20),
  guidance_scale_2: numberIn(0, 20),
  nvext: z.strictObject({
    seed: z.int().optional(),
    negative_prompt: z.string().max(10_000).optional(),
  }),
};

/** Words that make a video dearer and not another one than was priced; checked where an operator opens them. */
const OPENED: Readonly<Record<string, z.ZodType>> = {
  ...EVERYWHERE,
  fps: numberIn(1, 120),
  num_inference_steps: numberIn(1, 200),
  extra_params: further(),
  diffusers_kwargs: further(),
  nvext: further(['seed', 'negative_prompt']),
};

export const SELF_HOSTED_KEYS: VendorKeys = { owned: OWNED, checked: EVERYWHERE, closed: true };

/**
 * OpenAI's own models document no further word, and a gateway that serves them reads some of its own in the same body, such
 * as a model to fall back to. A gateway like this one refuses by name what it does not know.
 */
export const GATEWAY_KEYS: VendorKeys = { owned: OWNED, checked: {}, closed: true };

/** Returns the words of a server with those that its operator lets callers use; what is not documented passes unchecked. */
export const withCallerWords = (keys: VendorKeys, words: readonly string[] = []): VendorKeys => ({
  ...keys,
  checked: {
    ...keys.checked,
    ...Object.fromEntries(
      words.map((word) => [word, (Object.hasOwn(OPENED, word) && OPENED[word]) || z.unknown()]),
    ),
  },
});

/** Says whether the gateway writes the word itself, or no caller may have it. */
export const isOwned = (word: string): boolean => OWNED.includes(word);
