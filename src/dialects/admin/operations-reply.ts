import { z } from 'zod';
import { JOB_STATES } from '../../core/job/job';
import { DELIVERY_ENDS } from '../../core/job/delivery';
import { id, listOf, points, time } from './reply';

/** What the routes for jobs, deliveries and copies answer. No prompt, no result, no body of a message. */

export const jobSchema = z.strictObject({
  id,
  object: z.literal('job'),
  workspace_id: id,
  key_id: id.nullable(),
  workflow_id: z.string(),
  api: z.string(),
  state: z.enum(JOB_STATES),
  model: z.string(),
  provider: z.string(),
  channel: z.string(),
  review: z.string().nullable(),
  restarts: z.int(),
  failure_code: z.string().nullable(),
  price: points,
  charged: points.nullable(),
  created_at: time,
  finished_at: time.nullable(),
  deadline_at: time,
  deleted_at: time.nullable(),
  erased_at: time.nullable(),
});
export type JobReply = z.infer<typeof jobSchema>;

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;

export const deliverySchema = z.strictObject({
  id,
  object: z.literal('delivery'),
  webhook_id: z.string(),
  job_id: id,
  workspace_id: id,
  about: z.enum(['queued', 'running', 'ended']),
  state: z.enum(DELIVERY_STATES),
  ended_because: z.enum(DELIVERY_ENDS).nullable(),
  url: z.string().nullable(),
  tries: z.int(),
  created_at: time,
  finished_at: time.nullable(),
});
export type DeliveryReply = z.infer<typeof deliverySchema>;

const trySchema = z.strictObject({
  number: z.int(),
  started_at: time,
  finished_at: time.nullable(),
  duration_ms: z.int().nullable(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  excerpt: z.string().nullable(),
});
export type TryReply = z.infer<typeof trySchema>;

export const KEEP_STATES = ['pending', 'kept', 'gave_up'] as const;

export const keepSchema = z.strictObject({
  id,
  object: z.literal('keep'),
  workspace_id: id,
  state: z.enum(KEEP_STATES),
  because: z.string().nullable(),
  created_at: time,
  finished_at: time.nullable(),
});
export type KeepReply = z.infer<typeof keepSchema>;

const attemptSchema = z.strictObject({
  number: z.int(),
  provider: z.string(),
  channel: z.string(),
  state: z.enum(['sending', 'accepted', 'refused', 'unknown']),
  sends: z.int(),
  polls: z.int(),
  operation: z.string().nullable(),
  refusal_code: z.string().nullable(),
  verdict: z.string().nullable(),
  /** What it cost the operator's account; `points` is null where the currency has none, all of it where nobody knows. */
  cost: z
    .strictObject({
      points: points.nullable(),
      amount: z.string(),
      currency: z.string().nullable(),
      told_by: z.enum(['money', 'units', 'tokens', 'applied', 'end']),
    })
    .nullable(),
});
export type AttemptReply = z.infer<typeof attemptSchema>;

export const jobReportSchema = jobSchema.extend({
  attempts: z.array(attemptSchema),
  deliveries: z.array(deliverySchema),
  keep: keepSchema.nullable(),
});
export const deliveryReportSchema = deliverySchema.extend({ log: z.array(trySchema) });
export const jobListSchema = listOf(jobSchema);
export const deliveryListSchema = listOf(deliverySchema);
export const keepListSchema = listOf(keepSchema);
export const redeliveredSchema = z.strictObject({
  object: z.literal('redelivery'),
  count: z.int(),
  has_more: z.boolean(),
});
