import { z } from 'zod';

/** The words of what a workspace has; those of a statement are shared with the operator's. Points are decimal text. */

const points = z.string();

export const balanceSchema = z.strictObject({
  object: z.literal('balance'),
  available: points,
  held: points,
  spent: points,
});
export type BalanceReply = z.infer<typeof balanceSchema>;
