import { z } from 'zod';
import { FAILURES } from '../../core/errors';
import type { FailureCode } from '../../core/errors';
import { told } from '../../core/json/told';
import { JOB_STATES } from '../../core/job/job';
import { DELIVERY_STATES, KEEP_STATES } from './operations-reply';
import { flag, must, pageQuerySchema, text, time, timeText } from './schema';
import { DELIVERIES, FAIL, FAIL_KEEP, JOBS, KEEPS, REDELIVER, RESOLVE } from './sentences';

/** The words of the routes for jobs, deliveries and copies. */

const REASON_LENGTH_MAX = 500;
const REDELIVERED_MAX = 1_000;
const CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];

const reason = text.max(
  REASON_LENGTH_MAX,
  `is longer than ${String(REASON_LENGTH_MAX)} characters`,
);
export const jobQuerySchema = z.strictObject(
  told(
    {
      ...pageQuerySchema.shape,
      workspace: z.string().optional(),
      state: z.enum(JOB_STATES).optional(),
      review: z
        .enum(['true', 'false'])
        .transform((value) => value === 'true')
        .optional(),
    },
    JOBS,
  ),
);

export const deliveryQuerySchema = z.strictObject(
  told(
    {
      ...pageQuerySchema.shape,
      job: z.string().optional(),
      workspace: z.string().optional(),
      state: z.enum(DELIVERY_STATES).optional(),
      from: timeText.optional(),
      to: timeText.optional(),
    },
    DELIVERIES,
  ),
);

export const keepQuerySchema = z.strictObject(
  told({ ...pageQuerySchema.shape, state: z.enum(KEEP_STATES).optional() }, KEEPS),
);

export const jobFailureSchema = z.strictObject(
  told(
    {
      code: z.enum(CODES).default('internal'),
      message: reason.optional(),
      force: flag.default(false),
    },
    FAIL,
  ),
);

export const resolutionSchema = z.strictObject(told({ note: reason.optional() }, RESOLVE));

/** A redelivery names which messages it means; without a field everything would be sent again. */
export const redeliverySchema = z
  .strictObject(
    told(
      {
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
      },
      REDELIVER,
    ),
  )
  .refine(({ job, from }) => job !== undefined || from !== undefined, {
    path: ['from'],
    message: 'is required without "job"',
  });
export type RedeliveryBody = z.infer<typeof redeliverySchema>;

export const keepFailureSchema = z.strictObject(
  told({ reason: reason.default('an operator gave it up') }, FAIL_KEEP),
);
export const emptyBodySchema = z.strictObject({});
