import { z } from 'zod';
import { maybe, number } from '../../core/json/fields';
import { identifier } from '../kit';

/**
 * What we read of Ark's replies, and its paths. Its SDKs and its service write absent values as null. Only what a look
 * cannot do without is demanded: a field that changes its kind must not cost a video that was paid for.
 */

export const createReplySchema = z.object({ id: identifier });

export const TASK_STATUSES = [
  'queued',
  'running',
  'cancelled',
  'succeeded',
  'failed',
  'expired',
] as const;

const word = maybe(z.string());
const amount = maybe(number);
const error = maybe(z.object({ code: word, message: word }));

export const taskSchema = z.object({
  id: identifier,
  status: z.string(),
  error,
  content: maybe(z.object({ video_url: word, last_frame_url: word })),
  usage: maybe(z.object({ completion_tokens: amount, total_tokens: amount })),
  seed: amount,
  resolution: word,
  ratio: word,
  duration: amount,
  frames: amount,
  framespersecond: amount,
});
export type Task = z.infer<typeof taskSchema>;

/** The operation this provider hands out: `GET /contents/generations/tasks/{taskId}`. */
export const operationSchema = z.object({ taskId: identifier });

/**
 * The id of a task as a caller may name one, `cgt-20261121120000-a1b2c` today. It is narrower than what Ark itself may
 * answer, since it becomes part of a path that our credential is sent to [?].
 */
export const namedIdSchema = z.string().regex(/^[\w-]{1,100}$/);

/** Returns the path of all tasks, `/contents/generations/tasks`, or of one. */
export function pathOf(id?: string): string {
  const tasks = '/contents/generations/tasks';
  return id === undefined ? tasks : `${tasks}/${encodeURIComponent(id)}`;
}

/** Error bodies are nested; some of its endpoints answer flat. */
export const errorReplySchema = z.object({ error, code: word, message: word });
