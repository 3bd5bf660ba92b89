import { z } from 'zod';
import { maybe, number } from '../../../core/json/fields';
import { identifier } from '../../kit';
import { amount } from '../charges';

/** What we read of the newer wire's replies, and its paths. Envelope and codes are those of the older wire. */

/** The first part of the path of a create, before the model. */
export const DOORS = ['text-to-video', 'image-to-video', 'omni-video'] as const;
export type Door = (typeof DOORS)[number];

const word = maybe(z.string());

export const TASK_STATUSES = ['submitted', 'processing', 'succeeded', 'failed'] as const;

/** A task as create, look and callback show it; a create and an early look know less of it. */
export const taskSchema = z.object({
  id: identifier,
  status: z.string(),
  message: word,
  external_id: word,
  outputs: maybe(
    z.array(z.object({ type: word, url: word, watermark_url: word, duration: maybe(number) })),
  ),
  billing: maybe(z.array(z.object({ charge_type: word, amount, currency: word }))),
});
export type Task = z.infer<typeof taskSchema>;

/** The kind of an operation of this wire, where the older one has the part of its path. */
export const TASKS = 'tasks';
/** The operation that this wire hands out: `GET /tasks?task_ids={taskId}`. */
export const operationSchema = z.object({ kind: z.literal(TASKS), taskId: identifier });

/** Returns the path of a create, such as `/text-to-video/kling-3.0`. */
export const createPathOf = (door: Door, model: string): string =>
  `/${door}/${encodeURIComponent(model)}`;

/** Returns the path of a look by Kling's ids or by our own: `/tasks?task_ids=1,2`. */
export function lookPathOf(name: 'task_ids' | 'external_task_ids', ids: readonly string[]): string {
  return `/tasks?${name}=${ids.map(encodeURIComponent).join(',')}`;
}
