import { and, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { DeliveryEnd } from '../core/job/delivery';
import type { DeliveryStore } from '../core/ports/store/deliveries';
import type { Database, Transaction } from './database';
import { NO_MESSAGE, blankTries } from './erase';
import type { JobRow } from './job-row';
import { lockJobOfDelivery } from './lock-job';
import { callbackSecrets, deliveries, deliveryTries } from './schema';
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
        const job = end && (await lockJobOfDelivery(tx, id));
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
        if (end) await endLocked(tx, { id, job }, end, at);
      });
    },
    end: (id, end, now) => db.transaction((tx) => endDelivery(tx, id, end, new Date(now))),
    endOverdue: (startedBefore, now, limit) =>
      endOverdue(db, { before: new Date(startedBefore), now: new Date(now), limit }),
  };
}

/**
 * Ends a delivery: pending -> delivered or failed, with the reason; false when it was not pending. The job is locked
 * first: an erase that comes at the same moment waits and finds the end, or has come before and is found here.
 */
export async function endDelivery(
  tx: Transaction,
  id: string,
  end: DeliveryEnd,
  at: Date,
): Promise<boolean> {
  return endLocked(tx, { id, job: await lockJobOfDelivery(tx, id) }, end, at);
}

/** The message of a job that was deleted meanwhile has been told or given up, and is blanked here. */
async function endLocked(
  tx: Transaction,
  { id, job }: { id: string; job: JobRow | undefined },
  end: DeliveryEnd,
  at: Date,
): Promise<boolean> {
  const ended = await tx
    .update(deliveries)
    .set({ state: end === 'delivered' ? 'delivered' : 'failed', finishedAt: at, endedBecause: end })
    .where(and(eq(deliveries.id, id), eq(deliveries.state, 'pending')));
  if (ended.rowCount !== 1) return false;
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
