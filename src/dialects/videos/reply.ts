import { z } from 'zod';
import { MODES } from '../../core/request/request';
import { VIDEO_STATUSES } from '../kit/video-status';
import { statusDetailSchema } from '../kit/end-reason';

/**
 * What `/v1/videos` answers: one object that satisfies readers of the OpenAI Videos API and of Token360. Times are
 * Unix seconds. Fields that OpenAI declares nullable are present as null.
 */
export const videoSchema = z.strictObject({
  id: z.string(),
  /** The same as `id`; of jobs made at `/v1/video/generations`, as new-api shows them here. */
  task_id: z.string().optional(),
  object: z.literal('video'),
  status: z.enum(VIDEO_STATUSES),
  model: z.string(),
  prompt: z.string().nullable(),
  created_at: z.int(),
  updated_at: z.int(),
  completed_at: z.int().nullable(),
  /** The time at which the files go, by `retention` of the config; null where they stay, and while there is none. */
  expires_at: z.int().nullable(),
  /** 0 while unknown. */
  progress: z.int().min(0).max(100),
  /** The length; null while the model still decides it. */
  seconds: z.string().nullable(),
  duration: z.number().nullable(),
  /** The size, such as `1280x720`; null where the model decides the pixels. */
  size: z.string().nullable(),
  resolution: z.string(),
  aspect_ratio: z.string(),
  /** What was applied, defaults included. */
  parameters: z.record(z.string(), z.unknown()),
  /** The caller's own; of jobs made at `/v1/video/generations` the result, as `url`. */
  metadata: z.record(z.string(), z.unknown()),
  request_id: z.string().optional(),
  /** The end user as the caller named them. */
  user: z.string().optional(),
  url: z.string().optional(),
  video_url: z.string().optional(),
  content: z.strictObject({ last_frame_url: z.string() }).optional(),
  /** The provider's own id of the model that made it; present once the video is there. */
  provider_model: z.string().optional(),
  usage: z.strictObject({ completion_tokens: z.int(), total_tokens: z.int() }).optional(),
  /** The id of the earlier video of which this one was made. */
  remixed_from_video_id: z.string().nullable(),
  /** `type` is OpenAI's word for the kind of error; null where a caller canceled the job. */
  error: z
    .strictObject({ code: z.string(), message: z.string(), type: z.string().nullable() })
    .nullable(),
  /** Says that it is not known whether the provider took the job; present only while that is so. */
  status_detail: statusDetailSchema.optional(),
});
export type Video = z.infer<typeof videoSchema>;

/** A message about a video, by the events of OpenAI's webhooks. */
export const callbackSchema = z.strictObject({
  id: z.string(),
  object: z.literal('event'),
  type: z.enum(['video.completed', 'video.failed']),
  created_at: z.int(),
  timestamp: z.iso.datetime(),
  request_id: z.string().optional(),
  data: videoSchema,
});

export const videoListSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(videoSchema),
  has_more: z.boolean(),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
});

export const deletedSchema = z.strictObject({
  id: z.string(),
  object: z.literal('video.deleted'),
  deleted: z.boolean(),
});

export const modelSchema = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
  /** Ours: it makes test clips, or may fall back to them. Clients of OpenAI pass it over. */
  simulated: z.boolean(),
});
export type Model = z.infer<typeof modelSchema>;

export const modelListSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(modelSchema),
});

/**
 * What a model can be asked for and what it costs, in the words of OpenRouter's `GET /videos/models` (Token360's own
 * catalogue is in no public copy in this form); `supported_modes` and what follows are ours. Sets are those of all
 * channels of a model together.
 */
export const videoModelSchema = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  name: z.string(),
  supported_resolutions: z.array(z.string()),
  supported_aspect_ratios: z.array(z.string()),
  /** `1280x720` */
  supported_sizes: z.array(z.string()),
  /** Seconds; -1 where the model may choose. */
  supported_durations: z.array(z.int()),
  supported_frame_images: z.array(z.enum(['first_frame', 'last_frame'])),
  generate_audio: z.boolean(),
  seed: z.boolean(),
  /** Points, as decimal texts. */
  /** Points as decimal texts: `per_job`, or `from` and `to` and where there is one rate `per_second`. */
  pricing_skus: z.record(z.string(), z.string()),
  supported_modes: z.array(z.enum(MODES)),
  /** How many of each kind one request may have. */
  supported_input_references: z.strictObject({
    image_url: z.int(),
    video_url: z.int(),
    audio_url: z.int(),
  }),
  watermark: z.boolean(),
  return_last_frame: z.boolean(),
  supported_fps: z.array(z.number()),
  /** Words of servers that run a model themselves, such as `guidance_scale`, that a create may have. */
  supported_server_words: z.array(z.string()),
});
export type VideoModel = z.infer<typeof videoModelSchema>;

export const videoModelListSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(videoModelSchema),
});
