import { z } from 'zod';
import { MARGIN_GROUPS } from '../../core/money/margins';
import { spelled } from '../../core/json/spellings';
import { told } from '../../core/json/told';
import { MONTH_FORM, readMonth } from '../../core/money/statement';
import { points, time } from './reply';
import { timeText } from './schema';
import { MARGINS } from './sentences';

/** The words of what an operator earned: what is asked, and what is answered. */

export const marginQuerySchema = z.strictObject(
  told(
    {
      group_by: z.enum(MARGIN_GROUPS).default('model'),
      month: spelled(
        z.string().refine((month) => readMonth(month), 'must be a month in UTC such as 2026-11'),
        { is: [z.string().regex(MONTH_FORM)] },
      ).optional(),
      from: timeText.optional(),
      to: timeText.optional(),
      workspace: z.string().optional(),
      format: z.enum(['json', 'csv']).default('json'),
    },
    MARGINS,
  ),
);
export type MarginQueryBody = z.infer<typeof marginQuerySchema>;

const sums = {
  requests: z.int(),
  tokens: z.number(),
  seconds: z.number(),
  charged: points,
  refunded: points,
  cost: points,
  /** Taken by providers for jobs that had been given up. */
  late_cost: points,
  margin: points,
  /** Ends whose cost is not known; the margin is less by it. */
  unknown_costs: z.int(),
};

export const marginsSchema = z.strictObject({
  object: z.literal('margins'),
  group_by: z.enum(MARGIN_GROUPS),
  from: time,
  to: time,
  total: z.strictObject(sums),
  /** `name` is null for what has none, such as the key of a workflow's request. */
  data: z.array(z.strictObject({ name: z.string().nullable(), ...sums })),
});
export type MarginsReply = z.infer<typeof marginsSchema>;
