import { MEANS } from '../kit/field-words';

const SAME_STILL = 'The same as `camera_fixed`.';
const SAME_RATIO = 'The same as `aspect_ratio`.';

/** What the words of new-api mean, at the top and in `metadata`, for readers of the OpenAPI document. */
export const WORDS = {
  image: 'The first frame: a URL, a data URL, or the file as Base64.',
  images: 'One picture is the first frame, several are references.',
  input_reference: 'The same as `images`.',
  image_tail: "The last frame, in Kling's word.",
  duration: MEANS.seconds,
  seconds: 'The same as `duration`, which wins.',
  size: 'Width x height in pixels, or a ratio: `1280x720`, `16:9`.',
  width: 'Pixels, together with `height`.',
  height: 'Pixels, together with `width`.',
  fps: MEANS.fps,
  seed: MEANS.seed,
  resolution: MEANS.resolution,
  aspect_ratio: MEANS.ratio,
  aspectRatio: SAME_RATIO,
  ratio: SAME_RATIO,
  quality: MEANS.quality,
  mode: "The service tier, in Kling's word: `std`.",
  service_tier: MEANS.tier,
  negative_prompt: MEANS.negative,
  watermark: MEANS.watermark,
  camera_fixed: MEANS.still,
  cameraFixed: SAME_STILL,
  generate_audio: MEANS.sound,
  generateAudio: 'The same as `generate_audio`.',
  sound: "The same in Kling's word.",
  return_last_frame: MEANS.lastFrame,
  execution_expires_after: MEANS.expires,
  safety_identifier: MEANS.customer,
  callback_url: MEANS.callback,
  n: 'How many videos: one.',
  response_format: 'How the video is answered: as a URL.',
  user: 'Your customer; it comes back.',
} as const;

export const METADATA = {
  ...WORDS,
  model: 'The model again; it must be the one at the top.',
  model_name: 'The same as `model`.',
  prompt: MEANS.prompt,
} as const;
export const SUBMIT = {
  ...WORDS,
  model: MEANS.model,
  prompt: MEANS.prompt,
  metadata: "Any of these words, which win over those beside it, and the vendor's own.",
} as const;
