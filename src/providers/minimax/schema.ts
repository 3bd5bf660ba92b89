import { z } from 'zod';
import { maybe, number } from '../../core/json/fields';
import { identifier } from '../kit';

/**
 * What we read of MiniMax's replies, and the paths of its newer wire. Only what a look cannot do without is demanded: a
 * field that changes its kind must not cost a video that was paid for.
 */

export const word = maybe(z.string());
const amount = maybe(number);

/** The id of a task or a file: digits as text, in some replies as a number. */
export const id = z.union([identifier, z.int().positive().transform(String)]);

/** What a create of either wire answers; an older one that was refused has an empty id. */
export const createdSchema = z.object({ task_id: id });

/** The error of the newer wire. */
export const errorSchema = z.object({
  type: z.literal('error'),
  error: z.object({ type: word, message: word }),
});

/** The state of a call on the older wire, 0 where it went well. */
export const stateSchema = z.object({
  base_resp: z.object({ status_code: z.int(), status_msg: word }),
});

export const TASK_STATUSES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const;

export const taskSchema = z.object({
  id,
  status: z.string(),
  error: maybe(z.object({ code: maybe(number), message: word })),
  content: maybe(z.object({ url: word })),
  resolution: word,
  ratio: word,
  usage: maybe(z.object({ input_seconds: amount, output_seconds: amount })),
});
export type Task = z.infer<typeof taskSchema>;

/** A look brings the task in an envelope; a list has tasks without one. */
export const lookSchema = z.object({ task: taskSchema });

/** The two wires as operations name them: the newer one serves H3, the older one Hailuo. */
export const WIRES = ['h3', 'hailuo'] as const;
export const operationSchema = z.object({ wire: z.enum(WIRES), taskId: identifier });

export const CREATE = '/v2/video_generation';
export const QUERY = '/v2/query/video_generation';

/** Returns the path of one task at one of these endpoints. */
export const pathOf = (endpoint: typeof CREATE | typeof QUERY, taskId: string): string =>
  `${endpoint}/${encodeURIComponent(taskId)}`;
