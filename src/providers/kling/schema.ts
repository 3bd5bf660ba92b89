import { z } from 'zod';
import { maybe, number } from '../../core/json/fields';
import { identifier } from '../kit';
import { amount } from './charges';

/**
 * What we read of Kling's replies, and its paths. Every reply has an envelope, callbacks have none. Only what a look
 * cannot do without is demanded: a field that changes its kind must not cost a video that was paid for.
 */

const word = maybe(z.string());

export const envelopeSchema = z.object({
  code: z.int(),
  message: word,
  data: z.unknown().optional(),
});

export const TASK_STATUSES = ['submitted', 'processing', 'succeed', 'failed'] as const;

/** A task as create, GET and callback show it; create and an early GET know less of it. */
export const taskSchema = z.object({
  task_id: identifier,
  task_status: z.string(),
  task_status_msg: word,
  task_info: maybe(z.object({ external_task_id: word })),
  watermark_info: maybe(z.object({ enabled: maybe(z.boolean()) })),
  final_unit_deduction: amount,
  final_balance_deduction: maybe(z.object({ quota: amount })),
  task_result: maybe(
    z.object({
      // The page shows text.
      videos: maybe(z.array(z.object({ url: word, watermark_url: word, duration: maybe(number) }))),
    }),
  ),
});
export type Task = z.infer<typeof taskSchema>;

/** The part of the path between `/v1/videos/` and the id. A task is known under its own kind only. */
export const KINDS = ['text2video', 'image2video', 'multi-image2video', 'omni-video'] as const;
export type Kind = (typeof KINDS)[number];

/** The operation this provider hands out: `GET /v1/videos/{kind}/{taskId}`. */
export const operationSchema = z.object({ kind: z.enum(KINDS), taskId: identifier });

/**
 * Returns the path of an endpoint, `/v1/videos/text2video`, or of a task there. `id` is Kling's own or ours: the same
 * endpoint knows both.
 */
export function pathOf(kind: Kind, id?: string): string {
  return id === undefined ? `/v1/videos/${kind}` : `/v1/videos/${kind}/${encodeURIComponent(id)}`;
}
