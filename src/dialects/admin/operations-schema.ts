import { z } from 'zod';
import { FAILURES } from '../../core/errors';
import type { FailureCode } from '../../core/errors';
import { JOB_STATES } from '../../core/job/job';
import { DELIVERY_STATES, KEEP_STATES } from './operations-reply';
import { flag, must, pageQuerySchema, text, time, timeText } from './schema';

/** The words of the routes for jobs, deliveries and copies. */

const REASON_LENGTH_MAX = 500;
const REDELIVERED_MAX = 1_000;
const CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];

const reason = text.max(
  REASON_LENGTH_MAX,
  `is longer than ${String(REASON_LENGTH_MAX)} characters`,
);
export const jobQuerySchema = pageQuerySchema.extend({
  workspace: z.string().optional(),
  state: z.enum(JOB_STATES).optional(),
  review: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional(),
});

export const deliveryQuerySchema = pageQuerySchema.extend({
  job: z.string().optional(),
  workspace: z.string().optional(),
  state: z.enum(DELIVERY_STATES).optional(),
  from: timeText.optional(),
  to: timeText.optional(),
});

export const keepQuerySchema = pageQuerySchema.extend({ state: z.enum(KEEP_STATES).optional() });

export const jobFailureSchema = z.strictObject({
  code: z.enum(CODES).default('internal'),
  message: reason.optional(),
  force: flag.default(false),
});

export const resolutionSchema = z.strictObject({ note: reason.optional() });

/** A redelivery names which messages it means; without a field everything would be sent again. */
export const redeliverySchema = z
  .strictObject({
    job: z.string({ error: must('the id of a job') }).optional(),
    workspace: z.string({ error: must('the id of a workspace') }).optional(),
    state: z.enum(['delivered', 'failed']).default('failed'),
    from: time.optional(),
    to: time.optional(),
    limit: z
      .int({ error: must('a number of messages') })
      .min(1, 'is below 1')
      .max(REDELIVERED_MAX, `is above ${String(REDELIVERED_MAX)}`)
      .default(REDELIVERED_MAX),
  })
  .refine(({ job, from }) => job !== undefined || from !== undefined, {
    path: ['from'],
    message: 'is required without "job"',
  });
export type RedeliveryBody = z.infer<typeof redeliverySchema>;

export const keepFailureSchema = z.strictObject({
  reason: reason.default('an operator gave it up'),
});
export const emptyBodySchema = z.strictObject({});
