import { z } from 'zod';
import { VIDEO_STATUSES } from '../kit/video-status';
import { statusDetailSchema } from '../kit/end-reason';

/** Times are Unix seconds, 0 for what has not happened, as a Go client expects. */

export const submittedSchema = z.strictObject({
  id: z.string(),
  task_id: z.string(),
  object: z.literal('video'),
  model: z.string(),
  status: z.literal('queued'),
  progress: z.int(),
  created_at: z.int(),
  /** What was applied, defaults included. */
  parameters: z.record(z.string(), z.unknown()),
});
export type SubmittedReply = z.infer<typeof submittedSchema>;

const reasonSchema = z.strictObject({ code: z.string(), message: z.string() });
const errorSchema = reasonSchema.nullable();
/** Says what the state does not: the job waits for its turn, or it is not known whether the provider took it. */
const statusDetail = statusDetailSchema.optional();

/**
 * new-api's own row with upper-case `status`, and in the same object what readers of the envelope as OctopusX documents
 * it look for (`url`, `format`, `metadata`, `error`).
 */
export const taskSchema = z.strictObject({
  id: z.string(),
  task_id: z.string(),
  object: z.literal('video'),
  model: z.string(),
  status: z.enum(['SUBMITTED', 'QUEUED', 'IN_PROGRESS', 'SUCCESS', 'FAILURE']),
  progress: z.string(),
  fail_reason: z.string(),
  action: z.enum(['textGenerate', 'generate', 'firstTailGenerate', 'referenceGenerate']),
  platform: z.literal('reelay'),
  /** Points: as held, and as charged once it has ended. */
  quota: z.number(),
  created_at: z.int(),
  updated_at: z.int(),
  submit_time: z.int(),
  start_time: z.int(),
  finish_time: z.int(),
  properties: z.strictObject({
    input: z.string(),
    upstream_model_name: z.string(),
    origin_model_name: z.string(),
  }),
  url: z.string(),
  result_url: z.string(),
  video_url: z.string(),
  format: z.literal('mp4'),
  metadata: z.strictObject({
    duration: z.number().nullable(),
    fps: z.number(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    seed: z.int().nullable(),
    resolution: z.string(),
    aspect_ratio: z.string(),
  }),
  /** What was applied, defaults included; vendor words under `passthrough`. */
  parameters: z.record(z.string(), z.unknown()),
  usage: z.strictObject({ completion_tokens: z.int(), total_tokens: z.int() }).optional(),
  user: z.string().optional(),
  error: errorSchema,
  status_detail: statusDetail,
  /** The provider's raw reply is its own: links and ids in it would lead round the gateway. */
  data: z.null(),
});
export type Task = z.infer<typeof taskSchema>;

/**
 * The union of the documented answers: `data` is the row, the fields beside it are new-api's flat form. Only `status`
 * has other words there.
 */
export const envelopeSchema = z.strictObject({
  code: z.literal('success'),
  message: z.literal(''),
  task_id: z.string(),
  status: z.enum(VIDEO_STATUSES),
  url: z.string(),
  format: taskSchema.shape.format,
  metadata: taskSchema.shape.metadata,
  error: errorSchema,
  data: taskSchema,
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** The reply of the pair `/v1/video/create` and `/v1/video/query`; `status_update_time` is in milliseconds. */
export const videoSchema = z.strictObject({
  id: z.string(),
  object: z.literal('video'),
  model: z.string(),
  status: z.enum(['pending', 'processing', 'completed', 'failed']),
  progress: z.int(),
  created_at: z.int(),
  status_update_time: z.int(),
  video_url: z.string().nullable(),
  parameters: z.record(z.string(), z.unknown()),
  /** The provider's own id of the model that made it; present once the video is there. */
  provider_model: z.string().optional(),
  error: errorSchema,
  status_detail: statusDetail,
});
export type Video = z.infer<typeof videoSchema>;
