import { z } from 'zod';
import { spelled } from '../../core/json/spellings';
import { told } from '../../core/json/told';
import { LEDGER_KINDS } from '../../core/money/ledger';
import { parsePoints } from '../../core/money/pricing';
import { id, listOf, points as shownPoints, time as shownTime } from './reply';
import { must, pageQuerySchema, points, text, time, timeText } from './schema';
import { ADJUSTMENT, LEDGER, REFUND, TOP_UP } from './sentences';

/** The words of the routes for points: what is asked, and what is answered. */

const SIGNED = 'an amount of points as text other than "0", such as "25" or "-0.5"';

const signedPoints = z
  .string({ error: must(SIGNED) })
  .regex(/^-?(?!0*(\.0*)?$)\d{1,12}(\.\d{1,6})?$/, `must be ${SIGNED}`)
  .transform((written) =>
    written.startsWith('-') ? -parsePoints(written.slice(1)) : parsePoints(written),
  );

const morePoints = spelled(
  points.refine((amount) => amount > 0n, 'must be more than 0'),
  { is: [z.string().regex(/^(?!0*(\.0*)?$)\d{1,12}(\.\d{1,6})?$/)] },
);
/** The id of an entry as lists show it: `entry_42`. */
const entryId = spelled(z.string(), { is: [z.string().regex(/^(entry_)?\d{1,18}$/)] });

export const topUpSchema = z.strictObject(
  told(
    {
      points: morePoints,
      note: text.nullable().default(null),
      expires_at: time.nullable().default(null),
    },
    TOP_UP,
  ),
);
export type TopUpBody = z.infer<typeof topUpSchema>;

export const adjustmentSchema = z.strictObject(
  told({ points: signedPoints, note: text }, ADJUSTMENT),
);
export type AdjustmentBody = z.infer<typeof adjustmentSchema>;

export const refundSchema = z.strictObject(
  told({ points: morePoints.optional(), note: text }, REFUND),
);
export type RefundBody = z.infer<typeof refundSchema>;

export const ledgerQuerySchema = z.strictObject(
  told(
    {
      limit: pageQuerySchema.shape.limit,
      kind: z.enum(LEDGER_KINDS).optional(),
      after: entryId.optional(),
      job: z.string().optional(),
      from: timeText.optional(),
      to: timeText.optional(),
    },
    LEDGER,
  ),
);

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
