import { z } from 'zod';
import { maybe, number } from '../../core/json/fields';
import { isStorable } from '../../core/text';

/**
 * What we read of Ark's replies. Its SDKs and its service write absent values as null. Only what a look cannot do
 * without is demanded: a field that changes its kind must not cost a video that was paid for.
 */

/** The longest id that is taken, above what any id of a task is long. */
const ID_LENGTH_MAX = 1_000;

export const PATH = '/contents/generations/tasks';

/** An id that our rows would hold as another text would be asked for in vain. */
const id = z.string().min(1).max(ID_LENGTH_MAX).refine(isStorable);

export const createReplySchema = z.object({ id });

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
  id: z.string().min(1),
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

/** The operation this provider hands out. */
export const operationSchema = z.object({ taskId: z.string().min(1) });

/** Error bodies are nested; some of its endpoints answer flat. */
export const errorReplySchema = z.object({ error, code: word, message: word });
