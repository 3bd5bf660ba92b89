import { and, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { DeliveryEnd, DeliveryStore } from '../core/store';
import type { Database, Transaction } from './database';
import { NO_MESSAGE, blankTries } from './erase';
import { callbackSecrets, deliveries, deliveryTries, jobs } from './schema';
import type { Sealer } from './seal';

export function deliveryStore(db: Database, sealer: Sealer): DeliveryStore {
  return {
    async get(id, now) {
      const [row] = await db.select().from(deliveries).where(eq(deliveries.id, id));
      if (!row) return undefined;
      const [tries] = await db
        .select({ count: sql<number>`count(*)::int` })
        .from(deliveryTries)
        .where(eq(deliveryTries.deliveryId, id));
      const { url, body, contentType, state, workspaceId, jobId, eventId, triesBefore } = row;
      return {
        delivery: {
          id,
          workspaceId,
          jobId,
          eventId,
          url,
          body,
          contentType,
          state,
          tries: tries?.count ?? 0,
          triesBefore,
        },
        secrets: await callbackSecretsOf(db, sealer, workspaceId, now),
      };
    },
    async beginTry(id, now) {
      return db.transaction(async (tx) => {
        // The delivery's own row orders tries that race.
        await tx
          .select({ id: deliveries.id })
          .from(deliveries)
          .where(eq(deliveries.id, id))
          .for('update');
        const [last] = await tx
          .select({ number: sql<number>`coalesce(max(${deliveryTries.number}), 0)` })
          .from(deliveryTries)
          .where(eq(deliveryTries.deliveryId, id));
        const number = (last?.number ?? 0) + 1;
        await tx.insert(deliveryTries).values({ deliveryId: id, number, startedAt: new Date(now) });
        return number;
      });
    },
    async endTry(id, number, result, end, now) {
      const at = new Date(now);
      await db.transaction(async (tx) => {
        await tx
          .update(deliveryTries)
          .set({
            finishedAt: at,
            durationMs: Math.round(result.durationMs),
            status: result.status ?? null,
            error: result.error ?? null,
            excerpt: result.excerpt,
          })
          .where(and(eq(deliveryTries.deliveryId, id), eq(deliveryTries.number, number)));
        if (end) await endDelivery(tx, id, end, at);
      });
    },
    end: (id, end, now) => db.transaction((tx) => endDelivery(tx, id, end, new Date(now))),
    endOverdue: (startedBefore, now, limit) =>
      endOverdue(db, { before: new Date(startedBefore), now: new Date(now), limit }),
  };
}

/**
 * The one place that ends a delivery: pending -> delivered or failed, with the reason. The message of a job that was
 * deleted meanwhile has been told or given up, and is blanked here. False when it was not pending.
 */
export async function endDelivery(
  tx: Transaction,
  id: string,
  end: DeliveryEnd,
  at: Date,
): Promise<boolean> {
  const [row] = await tx
    .update(deliveries)
    .set({ state: end === 'delivered' ? 'delivered' : 'failed', finishedAt: at, endedBecause: end })
    .where(and(eq(deliveries.id, id), eq(deliveries.state, 'pending')))
    .returning({ jobId: deliveries.jobId });
  if (!row) return false;
  const [job] = await tx
    .select({ deletedAt: jobs.deletedAt })
    .from(jobs)
    .where(eq(jobs.id, row.jobId));
  if (job?.deletedAt) {
    await tx.update(deliveries).set(NO_MESSAGE).where(eq(deliveries.id, id));
    await blankTries(tx, id);
  }
  return true;
}

async function endOverdue(
  db: Database,
  { before, now, limit }: { before: Date; now: Date; limit: number },
): Promise<number> {
  const due = await db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(deliveries.state, 'pending'), lt(deliveries.workflowStartedAt, before)))
    .limit(limit);
  for (const { id } of due) await db.transaction((tx) => endDelivery(tx, id, 'gave_up', now));
  return due.length;
}

/** The current one first; during a rotation two are alive and every message carries both signatures. */
export async function callbackSecretsOf(
  db: Database,
  sealer: Sealer,
  workspaceId: string,
  now: number,
): Promise<string[]> {
  const rows = await db
    .select()
    .from(callbackSecrets)
    .where(
      and(
        eq(callbackSecrets.workspaceId, workspaceId),
        or(isNull(callbackSecrets.expiresAt), gt(callbackSecrets.expiresAt, new Date(now))),
      ),
    )
    // The current one has no end, and null comes first.
    .orderBy(desc(callbackSecrets.expiresAt), desc(callbackSecrets.createdAt))
    .limit(2);
  return rows.map((row) => sealer.open(row.sealed, workspaceId));
}
