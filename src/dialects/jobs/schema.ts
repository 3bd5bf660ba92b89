import { z } from 'zod';
import { DELIVERY_ENDS } from '../../core/job/delivery';

/** The words of `/v1/jobs`. Times are Unix seconds, durations milliseconds. */

export const nothingSchema = z.undefined();
export const noQuerySchema = z.strictObject({});

const tried = z.strictObject({
  number: z.int(),
  started_at: z.int(),
  duration_ms: z.int().nullable(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  excerpt: z.string().nullable(),
});
const delivery = z.strictObject({
  webhook_id: z.string(),
  about: z.enum(['queued', 'running', 'ended']),
  state: z.enum(['pending', 'delivered', 'failed']),
  ended_because: z.enum(DELIVERY_ENDS).nullable(),
  url: z.string(),
  created_at: z.int(),
  finished_at: z.int().nullable(),
  tries: z.array(tried),
});
export const deliveriesSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(delivery),
});
export type DeliveriesReply = z.infer<typeof deliveriesSchema>;
