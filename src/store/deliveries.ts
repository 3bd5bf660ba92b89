import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { DeliveryStore } from '../core/store';
import type { Database } from './database';
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
      const { url, body, contentType, state, workspaceId, jobId, eventId } = row;
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
    async endTry(id, number, result, state, now) {
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
        if (state !== 'pending') {
          await tx
            .update(deliveries)
            .set({ state, finishedAt: at })
            .where(and(eq(deliveries.id, id), eq(deliveries.state, 'pending')));
        }
      });
    },
  };
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
