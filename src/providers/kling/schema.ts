import { z } from 'zod';

/** What we read of Kling's replies: every one has an envelope, callbacks have none. */

export const envelopeSchema = z.object({
  code: z.int(),
  message: z.string().nullish(),
  data: z.unknown().optional(),
});

export const TASK_STATUSES = ['submitted', 'processing', 'succeed', 'failed'] as const;

/** A task as create, GET and callback show it; create and an early GET know less of it. */
export const taskSchema = z.object({
  task_id: z.string().min(1),
  task_status: z.string(),
  task_status_msg: z.string().nullish(),
  task_info: z.object({ external_task_id: z.string().nullish() }).nullish(),
  watermark_info: z.object({ enabled: z.boolean().nullish() }).nullish(),
  task_result: z
    .object({
      videos: z
        .array(
          z.object({
            url: z.string().nullish(),
            watermark_url: z.string().nullish(),
            duration: z.string().nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});
export type Task = z.infer<typeof taskSchema>;

/** The part of the path between `/v1/videos/` and the id. A task is known under its own kind only. */
export const KINDS = ['text2video', 'image2video', 'multi-image2video', 'omni-video'] as const;
export type Kind = (typeof KINDS)[number];

/** The operation this provider hands out: `GET /v1/videos/{kind}/{taskId}`. */
export const operationSchema = z.object({ kind: z.enum(KINDS), taskId: z.string().min(1) });
