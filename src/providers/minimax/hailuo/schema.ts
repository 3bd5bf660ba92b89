import { z } from 'zod';
import { maybe } from '../../../core/json/fields';
import { id, word } from '../schema';

/** What we read of the older wire's replies, and its paths. Each reply has `base_resp`, also beside a state. */

/** Its states, which a callback writes in lower case. */
export const TASK_STATUSES = ['Preparing', 'Queueing', 'Processing', 'Success', 'Fail'] as const;

export const taskSchema = z.object({
  task_id: maybe(id),
  status: z.string().min(1),
  file_id: maybe(id),
  base_resp: maybe(z.object({ status_code: maybe(z.int()), status_msg: word })),
});
export type Task = z.infer<typeof taskSchema>;

export const fileSchema = z.object({
  file: z.object({ file_id: maybe(id), download_url: word }),
});

export const CREATE = '/v1/video_generation';
export const QUERY = '/v1/query/video_generation';
export const FILE = '/v1/files/retrieve';
