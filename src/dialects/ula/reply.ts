import { z } from 'zod';

/** Every answer is one envelope: `error` is empty when all is well, `data` is empty when it is not. */
const envelope = <Data extends z.ZodType>(data: Data) =>
  z.strictObject({
    api_details: z.strictObject({ api_status: z.literal('success'), api_message: z.string() }),
    data,
    error: z.strictObject({}),
  });

/** Times are Unix seconds; tokens and milliseconds are 0 until they are known. */
export const videoSchema = z.strictObject({
  id: z.uuid(),
  created: z.int(),
  text: z.string(),
  /** The reason for the end; null while the job goes on. */
  finish_reason: z.literal('stop').nullable(),
  provider: z.string(),
  model: z.string(),
  usage: z.strictObject({
    /** Video providers report none. */
    prompt_tokens: z.literal(0),
    completion_tokens: z.int(),
    total_tokens: z.int(),
  }),
  latency_ms: z.number(),
  images: z.array(z.never()),
  /** Empty while the job goes on. */
  videos: z.array(z.strictObject({ url: z.string(), type: z.literal('mp4') })),
  /** `1280*720`, or the resolution's name where the model decides the pixels. */
  resolution: z.string(),
  audios: z.null(),
  /** The state and where to ask next, relative to this gateway; present only while the job goes on. */
  status: z.enum(['queued', 'in_progress']).optional(),
  status_url: z.string().optional(),
  /** Says that it is not known whether the provider took the job; present only while that is so. */
  status_detail: z.strictObject({ code: z.string(), message: z.string() }).optional(),
});
export type Video = z.infer<typeof videoSchema>;
export const videoReplySchema = envelope(videoSchema);

/**
 * [inferred]: the page of "GET Models" is in no public copy; its neighbours name provider, model, type and context. The
 * rest says what a request may hold. Sets are those of all channels of a model together.
 */
export const modelSchema = z.strictObject({
  provider: z.string(),
  model: z.string(),
  type: z.literal('video'),
  /** A context window is a property of text models. */
  context: z.null(),
  resolutions: z.array(z.string()),
  aspect_ratios: z.array(z.string()),
  /** Seconds. */
  durations: z.array(z.int()),
  generate_audio: z.boolean(),
  camera_fixed: z.boolean(),
  service_tiers: z.array(z.string()),
  fps: z.array(z.number()),
  /** Which uploads it takes: nothing, a first frame, a first and a last frame, references. */
  inputs: z.array(z.enum(['text', 'first_frame', 'first_last_frame', 'reference'])),
  /** Points of one job. */
  price: z.string(),
});
export type Model = z.infer<typeof modelSchema>;
export const modelsReplySchema = envelope(z.array(modelSchema));

/** The reply of the token exchange, which has no envelope; only `access_token` is documented. */
export const tokenSchema = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Unix seconds. */
  expires_at: z.int(),
});

/** The shape of an error, in the envelope of every answer; `param` is the field at fault, where it is one. */
export const errorSchema = z.strictObject({
  api_details: z.strictObject({ api_status: z.literal('error'), api_message: z.string() }),
  data: z.strictObject({}),
  error: z.strictObject({ code: z.string(), message: z.string(), param: z.string().optional() }),
});

/** A message about a job that has ended, with what a read of it answers. */
export const callbackSchema = z.strictObject({
  id: z.string(),
  type: z.enum(['video.completed', 'video.failed']),
  timestamp: z.iso.datetime(),
  job_id: z.uuid(),
  data: z.union([videoReplySchema, errorSchema]),
});
