import type { HttpRoute } from '../../core/api/route';
import {
  deliveryListSchema,
  deliveryReportSchema,
  deliverySchema,
  redeliveredSchema,
} from './operations-reply';
import { deliveryQuerySchema, emptyBodySchema, redeliverySchema } from './operations-schema';
import { fromDelivery, fromDeliveryReport, toFilter, toRedelivery } from './operations-translate';
import { acting, idOf, reading } from './route';
import { noQuerySchema } from './schema';
import { fromList } from './translate';

const LIST = '/v1/admin/deliveries';
const ONE = `${LIST}/:id`;

/** Messages to callers: their tries, and sending them again. An id is `dlv_...`, or the receiver's `evt_...`. */
export const deliveryRoutes: readonly HttpRoute[] = [
  reading({
    path: LIST,
    summary: 'List callback messages',
    query: deliveryQuerySchema,
    reply: deliveryListSchema,
    read: async ({ admin }, { query }) =>
      fromList(await admin.deliveries(toFilter(query)), fromDelivery),
  }),
  acting({
    path: `${LIST}/redeliver`,
    summary: 'Send many callback messages again',
    request: redeliverySchema,
    reply: redeliveredSchema,
    async act({ admin }, { body }) {
      const { filter, limit } = toRedelivery(body);
      const { count, hasMore } = await admin.redeliverAll(filter, limit);
      return { object: 'redelivery', count, has_more: hasMore };
    },
  }),
  reading({
    path: ONE,
    summary: 'Read a callback message and its tries',
    query: noQuerySchema,
    reply: deliveryReportSchema,
    read: async ({ admin }, input) => fromDeliveryReport(await admin.delivery(idOf(input))),
  }),
  acting({
    path: `${ONE}/redeliver`,
    summary: 'Send a callback message again',
    request: emptyBodySchema,
    reply: deliverySchema,
    act: async ({ admin }, input) => fromDelivery(await admin.redeliver(idOf(input))),
  }),
  acting({
    path: `${ONE}/stop`,
    summary: 'Stop sending a callback message',
    request: emptyBodySchema,
    reply: deliverySchema,
    act: async ({ admin }, input) => fromDelivery(await admin.stopDelivery(idOf(input))),
  }),
];
