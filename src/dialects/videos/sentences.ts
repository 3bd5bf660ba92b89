import { LISTS, MEANS } from '../kit/field-words';

/** What the fields of `/v1/videos` mean, for readers of the OpenAPI document; docs/videos.md says more. */
const OPTIONAL = {
  duration: MEANS.seconds,
  seconds: "The same in OpenAI's word; given with `duration` it must say the same.",
  size: MEANS.pixels,
  width: 'A side of `size`, with the other one.',
  height: 'The other side.',
  fps: 'Pictures in a second, where the model has a choice.',
  negative_prompt: 'What is not to be seen, where the model takes it.',
  generate_sound: "`generate_audio` in vLLM-Omni's word.",
  n: 'Each video is a request of its own, with its own bill.',
  resolution: MEANS.resolution,
  aspect_ratio: MEANS.ratio,
  generate_audio: MEANS.sound,
  seed: MEANS.seed,
  watermark: MEANS.watermark,
  return_last_frame: MEANS.lastFrame,
  execution_expires_after: MEANS.expires,
  safety_identifier: MEANS.customer,
  user: MEANS.user,
  callback_url: MEANS.callback,
  metadata: MEANS.metadata,
  request_id: MEANS.requestId,
} as const;

export const SHARED = { prompt: MEANS.prompt, ...OPTIONAL } as const;

const SERVER_WORD =
  'A word of servers that run a model themselves; `supported_server_words` of a model names those that it has.';

/** What may stand in `extra_body` too. */
export const EXTRA = {
  ...OPTIONAL,
  guidance_scale: SERVER_WORD,
  guidance_scale_2: SERVER_WORD,
  true_cfg_scale: SERVER_WORD,
  boundary_ratio: SERVER_WORD,
  flow_shift: SERVER_WORD,
  num_inference_steps: SERVER_WORD,
  lora: SERVER_WORD,
  extra_params: SERVER_WORD,
  diffusers_kwargs: SERVER_WORD,
  nvext: SERVER_WORD,
  frame_images: 'The first and the last frame, each named by `frame_type`.',
  input_references: 'Pictures, videos and sounds to go by: each has one of the three URLs.',
  reference_images: MEANS.references,
  input_reference: 'The first frame: a URL, an object with `image_url`, or a file of a form.',
  reference_url: "A first frame in SGLang's word.",
  video_url: "A video to go by in SGLang's word.",
} as const;

export const SUBMIT = {
  ...SHARED,
  ...EXTRA,
  model: MEANS.model,
  extra_body:
    'More fields of this list, of a client that does not lay them over the body itself; what is there twice must be the same.',
} as const;

const OTHER_MODEL =
  'The model that makes the new video; the one that made the earlier, unless told.';
export const DERIVED = { ...SHARED, model: OTHER_MODEL } as const;
export const EDIT = {
  ...DERIVED,
  video: 'The earlier video: a file of a form, or its id.',
} as const;
export const EARLIER = { id: 'The id of a video of this gateway.' } as const;

const PICTURE = 'The picture.';
export const FRAME = {
  type: 'The name of the field with the picture; may be left out.',
  frame_type: 'Which of the two it is.',
  image_url: PICTURE,
} as const;
export const REFERENCE = {
  type: 'The name of the field with the medium; may be left out.',
  role: 'What it is for; what goes with the medium, unless told.',
  image_url: PICTURE,
  video_url: 'The video.',
  audio_url: 'The sound.',
} as const;
export const OPENAI_REFERENCE = {
  image_url: PICTURE,
  file_id: 'The id of a file at OpenAI, of which there is none here: it is refused.',
} as const;

export const LIST = {
  limit: 'How many there are on one page; 0 = whether there is any.',
  order: LISTS.order,
  after: LISTS.after,
  before: LISTS.before,
  status: 'The state of the video.',
  model: 'The public name of its model.',
  created_after: LISTS.createdAfter,
  created_before: LISTS.createdBefore,
  metadata: 'What its metadata holds among others: `{"order":"A-17"}`.',
} as const;
export const CONTENT = {
  variant: 'Which file: the video, its last picture, or a picture made of it.',
  inline: 'With 1 a page shows it; without, it is an attachment.',
} as const;
export const FEED = {
  after: 'The id of the last event that was seen, or a `next_cursor`; what came after it is told.',
  limit: LISTS.limit,
  wait: 'How many seconds a page without events may take, in case one comes.',
  types: 'The names of the events that are told, with commas; all, unless told.',
} as const;
