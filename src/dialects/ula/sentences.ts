import { MEANS } from '../kit/field-words';

/** What the words of `/v1/ula` mean, for readers of the OpenAPI document. */
export const GENERATE = {
  prompt: MEANS.prompt,
  model: MEANS.model,
  resolution: MEANS.resolution,
  aspect_ratio: 'Width to height, or the word of a shape: `16:9`, `landscape`.',
  duration: MEANS.seconds,
  generate_audio: MEANS.sound,
  camera_fixed: MEANS.still,
  service_tier: MEANS.tier,
  fps: MEANS.fps,
  seed: MEANS.seed,
} as const;
