import { z } from 'zod';

/** What we read of Ark's replies. Its SDKs and its service write absent values as null. */

export const PATH = '/contents/generations/tasks';

export const createReplySchema = z.object({ id: z.string().min(1) });

export const TASK_STATUSES = [
  'queued',
  'running',
  'cancelled',
  'succeeded',
  'failed',
  'expired',
] as const;

export const taskSchema = z.object({
  id: z.string().min(1),
  status: z.string(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
  content: z
    .object({ video_url: z.string().nullish(), last_frame_url: z.string().nullish() })
    .nullish(),
  usage: z
    .object({ completion_tokens: z.number().nullish(), total_tokens: z.number().nullish() })
    .nullish(),
  seed: z.number().nullish(),
  duration: z.number().nullish(),
  frames: z.number().nullish(),
  framespersecond: z.number().nullish(),
});
export type Task = z.infer<typeof taskSchema>;

/** The operation this provider hands out. */
export const operationSchema = z.object({ taskId: z.string().min(1) });

/** Error bodies are nested; some of its doors answer flat. */
export const errorReplySchema = z.object({
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
  code: z.string().nullish(),
  message: z.string().nullish(),
});
