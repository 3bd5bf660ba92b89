import { z } from 'zod';
import { LEDGER_KINDS } from '../../core/money/ledger';
import { parsePoints } from '../../core/money/pricing';
import { id, listOf, points as shownPoints, time as shownTime } from './reply';
import { must, pageQuerySchema, points, text, time, timeText } from './schema';

/** The words of the routes for points: what is asked, and what is answered. */

const SIGNED = 'an amount of points as text other than "0", such as "25" or "-0.5"';

const signedPoints = z
  .string({ error: must(SIGNED) })
  .regex(/^-?\d{1,12}(\.\d{1,6})?$/, `must be ${SIGNED}`)
  .transform((written) =>
    written.startsWith('-') ? -parsePoints(written.slice(1)) : parsePoints(written),
  )
  .refine((amount) => amount !== 0n, `must be ${SIGNED}`);

const morePoints = points.refine((amount) => amount > 0n, 'must be more than 0');

export const topUpSchema = z.strictObject({
  points: morePoints,
  note: text.nullable().default(null),
  expires_at: time.nullable().default(null),
});
export type TopUpBody = z.infer<typeof topUpSchema>;

export const adjustmentSchema = z.strictObject({ points: signedPoints, note: text });
export type AdjustmentBody = z.infer<typeof adjustmentSchema>;

export const refundSchema = z.strictObject({ points: morePoints.optional(), note: text });
export type RefundBody = z.infer<typeof refundSchema>;

export const ledgerQuerySchema = pageQuerySchema.extend({
  kind: z.enum(LEDGER_KINDS).optional(),
  job: z.string().optional(),
  from: timeText.optional(),
  to: timeText.optional(),
});

export const balanceSchema = z.strictObject({
  object: z.literal('balance'),
  workspace_id: id,
  available: shownPoints,
  held: shownPoints,
  spent: shownPoints,
});
export type BalanceReply = z.infer<typeof balanceSchema>;

export const entrySchema = z.strictObject({
  id,
  object: z.literal('ledger_entry'),
  workspace_id: id,
  kind: z.enum(LEDGER_KINDS),
  available: shownPoints,
  held: shownPoints,
  spent: shownPoints,
  job_id: id.nullable(),
  key_id: id.nullable(),
  note: z.string().nullable(),
  by_key_id: id.nullable(),
  expires_at: shownTime.nullable(),
  ended_entry_id: id.nullable(),
  created_at: shownTime,
});
export type EntryReply = z.infer<typeof entrySchema>;
export const ledgerSchema = listOf(entrySchema);

export const bookingSchema = z.strictObject({
  object: z.enum(['top_up', 'adjustment', 'refund']),
  workspace_id: id,
  points: shownPoints,
  entry: entrySchema,
  /** The balance as it was right after the entry. */
  balance: balanceSchema,
});
export type BookingReply = z.infer<typeof bookingSchema>;
