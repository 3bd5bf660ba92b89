import { and, asc, desc, eq, gte, inArray, lt, ne, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { DeliveryFilter, OperatedDelivery } from '../../core/operator/operations';
import type { OperationsStore } from '../../core/ports/store/operations';
import type { Database } from '../base/database';
import { deliveries, deliveryTries } from '../schema';

type Deliveries = Pick<OperationsStore, 'deliveries' | 'delivery' | 'tries' | 'reopenDeliveries'>;

/** An operator reads deliveries and their tries, and opens ended ones again; no answer holds a body. */
export function operatedDeliveries(db: Database): Deliveries {
  return {
    async deliveries({ after, limit, ...filter }) {
      const cursor = sql`(${deliveries.createdAt}, ${deliveries.id}) <
        (SELECT d.created_at, d.id FROM deliveries d WHERE d.id = ${after})`;
      const rows = await db
        .select(DELIVERY)
        .from(deliveries)
        .where(and(matching(filter), after === undefined ? undefined : cursor))
        .orderBy(desc(deliveries.createdAt), desc(deliveries.id))
        .limit(limit + 1);
      return { items: rows.slice(0, limit).map(toOperatedDelivery), hasMore: rows.length > limit };
    },
    async delivery(id) {
      const [row] = await db
        .select(DELIVERY)
        .from(deliveries)
        .where(or(eq(deliveries.id, id), eq(deliveries.eventId, id)))
        .limit(1);
      return row && toOperatedDelivery(row);
    },
    async tries(deliveryId) {
      const rows = await db
        .select(TRY)
        .from(deliveryTries)
        .where(eq(deliveryTries.deliveryId, deliveryId))
        .orderBy(asc(deliveryTries.number));
      return rows.map((row) => ({
        ...row,
        startedAt: row.startedAt.getTime(),
        finishedAt: row.finishedAt?.getTime() ?? null,
      }));
    },
    reopenDeliveries: (filter, limit) => reopenDeliveries(db, filter, limit),
  };
}

const DELIVERY = {
  id: deliveries.id,
  eventId: deliveries.eventId,
  jobId: deliveries.jobId,
  workspaceId: deliveries.workspaceId,
  about: deliveries.about,
  state: deliveries.state,
  endedBecause: deliveries.endedBecause,
  url: deliveries.url,
  bytes: sql<number>`length(${deliveries.body})`,
  tries: sql<number>`(SELECT count(*)::int FROM delivery_tries t WHERE t.delivery_id = ${deliveries.id})`,
  createdAt: deliveries.createdAt,
  finishedAt: deliveries.finishedAt,
};

type DeliveryColumns = Omit<OperatedDelivery, 'createdAt' | 'finishedAt' | 'isErased'> & {
  bytes: number;
  createdAt: Date;
  finishedAt: Date | null;
};

const toOperatedDelivery = ({ bytes, ...row }: DeliveryColumns): OperatedDelivery => ({
  ...row,
  isErased: bytes === 0,
  createdAt: row.createdAt.getTime(),
  finishedAt: row.finishedAt?.getTime() ?? null,
});

const TRY = {
  number: deliveryTries.number,
  startedAt: deliveryTries.startedAt,
  finishedAt: deliveryTries.finishedAt,
  durationMs: deliveryTries.durationMs,
  status: deliveryTries.status,
  error: deliveryTries.error,
  excerpt: deliveryTries.excerpt,
};

function matching(filter: DeliveryFilter): SQL | undefined {
  const { jobId, from, to } = filter;
  return and(
    jobId === undefined ? undefined : eq(deliveries.jobId, jobId),
    filter.workspaceId === undefined ? undefined : eq(deliveries.workspaceId, filter.workspaceId),
    filter.state === undefined ? undefined : eq(deliveries.state, filter.state),
    from === undefined ? undefined : gte(deliveries.createdAt, new Date(from)),
    to === undefined ? undefined : lt(deliveries.createdAt, new Date(to)),
  );
}

/** The schedule begins anew: the tries so far belong to the rounds before. */
async function reopenDeliveries(
  db: Database,
  filter: DeliveryFilter & { id?: string },
  limit: number,
): Promise<string[]> {
  const due = db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(
      and(
        matching(filter),
        filter.id === undefined ? undefined : eq(deliveries.id, filter.id),
        ne(deliveries.state, 'pending'),
        sql`length(${deliveries.body}) > 0`,
      ),
    )
    .orderBy(asc(deliveries.createdAt), asc(deliveries.id))
    .limit(limit)
    .for('update', { skipLocked: true });
  const rows = await db
    .update(deliveries)
    .set({
      state: 'pending',
      finishedAt: null,
      endedBecause: null,
      workflowStartedAt: null,
      triesBefore: sql`(SELECT coalesce(max(t.number), 0) FROM delivery_tries t WHERE t.delivery_id = ${deliveries.id})`,
    })
    .where(inArray(deliveries.id, due))
    .returning({ id: deliveries.id });
  return rows.map((row) => row.id);
}
