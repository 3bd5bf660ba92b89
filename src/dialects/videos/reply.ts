import { z } from 'zod';

/**
 * What `/v1/videos` answers: one object that satisfies readers of the OpenAI Videos API and of Token360. Times are
 * Unix seconds. Fields that OpenAI declares nullable are present as null.
 */
export const videoSchema = z.strictObject({
  id: z.string(),
  object: z.literal('video'),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed']),
  model: z.string(),
  prompt: z.string().nullable(),
  created_at: z.int(),
  updated_at: z.int(),
  completed_at: z.int().nullable(),
  /** Results are kept by the gateway; no end is known. */
  expires_at: z.int().nullable(),
  /** 0 while unknown. */
  progress: z.int().min(0).max(100),
  /** Null while the model still decides the length. */
  seconds: z.string().nullable(),
  duration: z.number().nullable(),
  /** Null where the model decides the pixels. */
  size: z.string().nullable(),
  resolution: z.string(),
  aspect_ratio: z.string(),
  /** What was applied, defaults included. */
  parameters: z.record(z.string(), z.unknown()),
  metadata: z.record(z.string(), z.unknown()),
  request_id: z.string().optional(),
  url: z.string().optional(),
  video_url: z.string().optional(),
  content: z.strictObject({ last_frame_url: z.string() }).optional(),
  usage: z.strictObject({ completion_tokens: z.int(), total_tokens: z.int() }).optional(),
  remixed_from_video_id: z.null(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type Video = z.infer<typeof videoSchema>;

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
});
export type Model = z.infer<typeof modelSchema>;

export const modelListSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(modelSchema),
});
