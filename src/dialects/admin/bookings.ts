import type { z } from 'zod';
import type { Answer } from '../../core/api/answer';
import type { HttpRoute, RouteInput } from '../../core/api/route';
import type { Bookings, BookingOptions } from '../../core/operator/bookings';
import {
  adjustmentSchema,
  balanceSchema,
  bookingSchema,
  ledgerQuerySchema,
  ledgerSchema,
  refundSchema,
  topUpSchema,
} from './bookings-schema';
import type { BookingReply } from './bookings-schema';
import { fromBalance, fromBooking, fromEntry } from './bookings-translate';
import { checkedSpan } from '../kit/span';
import { adminRoute, idOf, reading } from './route';
import { noQuerySchema } from './schema';
import { fromList, idempotencyOf } from './translate';

const WORKSPACE = '/v1/admin/workspaces/:id';

/** The points of a workspace: how many there are, what moved them, and what an operator books. */
export const bookingRoutes: readonly HttpRoute[] = [
  reading({
    path: `${WORKSPACE}/balance`,
    summary: 'Read the points of a workspace',
    query: noQuerySchema,
    reply: balanceSchema,
    async read({ admin }, input) {
      const { id } = await admin.workspace(idOf(input));
      return fromBalance(id, await admin.balance(id));
    },
  }),
  reading({
    path: `${WORKSPACE}/ledger`,
    summary: 'List what moved the points of a workspace',
    query: ledgerQuerySchema,
    reply: ledgerSchema,
    async read({ admin }, input) {
      const { job: jobId, ...query } = checkedSpan(input.query);
      return fromList(await admin.ledger(idOf(input), { ...query, jobId }), fromEntry);
    },
  }),
  booking({
    path: `${WORKSPACE}/top-ups`,
    summary: 'Book points that were paid for',
    object: 'top_up',
    request: topUpSchema,
    book: (admin, id, { points: amount, note, expires_at: expiresAt }, once) =>
      admin.topUp(id, { amount, note, expiresAt }, once),
  }),
  booking({
    path: `${WORKSPACE}/adjustments`,
    summary: 'Correct the points of a workspace',
    object: 'adjustment',
    request: adjustmentSchema,
    book: (admin, id, { points: amount, note }, once) => admin.adjust(id, { amount, note }, once),
  }),
  booking({
    path: '/v1/admin/jobs/:id/refunds',
    summary: 'Give points back for a job',
    object: 'refund',
    request: refundSchema,
    book: (admin, id, { points: amount, note }, once) => admin.refund(id, { amount, note }, once),
  }),
];

/**
 * Makes a route that books points. It needs an idempotency key, since a repeat that nobody can tell from a second booking
 * would be money from nowhere.
 */
function booking<Body>(definition: {
  path: string;
  summary: string;
  object: BookingReply['object'];
  request: z.ZodType<Body>;
  book(admin: Bookings, id: string, body: Body, once: BookingOptions): Promise<Answer>;
}): HttpRoute {
  const { path, summary, object, request, book } = definition;
  return adminRoute({
    method: 'POST',
    path,
    summary,
    body: 'small-json',
    needsIdempotencyKey: true,
    request,
    query: noQuerySchema,
    reply: bookingSchema,
    handle({ admin }, input: RouteInput<Body>) {
      const idempotency = idempotencyOf(input, `POST ${path}`);
      if (!idempotency) throw new Error('a booking came without the key that its route needs');
      return book(admin, idOf(input), input.body, {
        principal: input.principal,
        idempotency,
        render: (made) => ({ status: 201, body: fromBooking(object, made) }),
      });
    },
  });
}
