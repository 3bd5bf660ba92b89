import { and, eq, lt, sql } from 'drizzle-orm';
import type { SQLWrapper } from 'drizzle-orm';
import type { DeliveryEnd } from '../../core/job/delivery';
import type { TraceContext } from '../../core/job/trace';
import type { DeliveryStore } from '../../core/ports/store/deliveries';
import type { Database, Transaction } from '../base/database';
import { NO_MESSAGE, blankTries } from '../upkeep/erase';
import type { JobRow } from '../jobs/job-row';
import { lockJobOfDelivery } from '../jobs/lock-job';
import { callbackSecrets, deliveries, deliveryTries, jobs } from '../schema';
import type { Sealer } from '../base/seal';
import { statement } from '../base/statement';

export function deliveryStore(db: Database, sealer: Sealer): DeliveryStore {
  return {
    async get(id, now) {
      const [row] = await GET(db, { id, now: new Date(now) });
      if (!row) return undefined;
      const { sealed, startedAt, trace, requestId, ...delivery } = row;
      const secrets = sealed.map((secret) => sealer.open(secret, row.workspaceId));
      return {
        delivery: {
          ...delivery,
          trace: trace ?? undefined,
          requestId: requestId ?? undefined,
        },
        secrets,
        isStarted: startedAt !== null,
      };
    },
    async beginTry(id, now) {
      for (let race = 0; race < RACES_MAX; race += 1) {
        const number = await insertTry(db, id, new Date(now));
        if (number !== undefined) return number;
      }
      throw new Error(`too many tries of delivery ${id} began at once`);
    },
    async endTry(id, number, result, end, now) {
      const at = new Date(now);
      await db.transaction(async (tx) => {
        const job = end && (await lockJobOfDelivery(tx, id));
        await END_TRY(tx, {
          ...{ id, number, at, excerpt: result.excerpt },
          durationMs: Math.round(result.durationMs),
          status: result.status ?? null,
          error: result.error ?? null,
        });
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
  const state = end === 'delivered' ? 'delivered' : 'failed';
  const ended = await END(tx, { id, state, end, at });
  if (ended.length !== 1) return false;
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

/** Tries that race for a number: each that loses asks for the next one. */
const RACES_MAX = 20;

/** Inserts the next try and returns its number; undefined when another try took it at the same moment. */
async function insertTry(db: Database, id: string, at: Date): Promise<number | undefined> {
  const [row] = await BEGIN_TRY(db, { id, at });
  return row?.number;
}

const BEGIN_TRY = statement<{ id: string; at: Date }>('try_begin')((db, { at, as }) => {
  const inserted = sql`
    INSERT INTO ${deliveryTries} (delivery_id, number, started_at)
    SELECT ${as('id', deliveryTries.deliveryId)}, coalesce(max(number), 0) + 1, ${as('at', deliveryTries.startedAt)}
    FROM ${deliveryTries} WHERE delivery_id = ${at('id')}
    ON CONFLICT DO NOTHING RETURNING number`;
  const begun = db.$with('begun', { number: deliveryTries.number }).as(inserted);
  return db.with(begun).select().from(begun);
});

interface TryEnd {
  id: string;
  number: number;
  at: Date;
  durationMs: number;
  status: number | null;
  error: string | null;
  excerpt: string;
}

const END_TRY = statement<TryEnd>('try_end')((db, { at, as }) =>
  db
    .update(deliveryTries)
    .set({
      finishedAt: as('at', deliveryTries.finishedAt),
      durationMs: as('durationMs', deliveryTries.durationMs),
      status: as('status', deliveryTries.status),
      error: as('error', deliveryTries.error),
      excerpt: as('excerpt', deliveryTries.excerpt),
    })
    .where(and(eq(deliveryTries.deliveryId, at('id')), eq(deliveryTries.number, at('number'))))
    .returning({ number: deliveryTries.number }),
);

interface DeliveryEndValues {
  id: string;
  state: 'delivered' | 'failed';
  end: DeliveryEnd;
  at: Date;
}

const END = statement<DeliveryEndValues>('delivery_end')((db, { at, as }) =>
  db
    .update(deliveries)
    .set({
      state: as('state', deliveries.state),
      finishedAt: as('at', deliveries.finishedAt),
      endedBecause: as('end', deliveries.endedBecause),
      // What has ended needs no workflow, and nobody is to start one for it.
      workflowStartedAt: sql`coalesce(${deliveries.workflowStartedAt}, ${as('at', deliveries.workflowStartedAt)})`,
    })
    .where(and(eq(deliveries.id, at('id')), eq(deliveries.state, 'pending')))
    .returning({ id: deliveries.id }),
);

const GET = statement<{ id: string; now: Date }>('delivery_get')((db, { at, as }) =>
  db
    .select({
      id: deliveries.id,
      workspaceId: deliveries.workspaceId,
      jobId: deliveries.jobId,
      eventId: deliveries.eventId,
      url: deliveries.url,
      body: deliveries.body,
      contentType: deliveries.contentType,
      state: deliveries.state,
      triesBefore: deliveries.triesBefore,
      trace: sql<TraceContext | null>`(SELECT ${jobs.trace} FROM ${jobs} WHERE ${jobs.id} = ${deliveries.jobId})`,
      requestId: sql<
        string | null
      >`(SELECT ${jobs.requestId} FROM ${jobs} WHERE ${jobs.id} = ${deliveries.jobId})`,
      startedAt: deliveries.workflowStartedAt,
      sealed: sql<
        Buffer[]
      >`ARRAY(${sealedSecrets(deliveries.workspaceId, as('now', callbackSecrets.expiresAt))})`,
    })
    .from(deliveries)
    .where(eq(deliveries.id, at('id'))),
);

/** The current one first; during a rotation two are alive and every message carries both signatures. */
const sealedSecrets = (workspaceId: SQLWrapper, now: SQLWrapper) => sql`
  SELECT ${callbackSecrets.sealed} FROM ${callbackSecrets}
  WHERE ${callbackSecrets.workspaceId} = ${workspaceId}
    AND (${callbackSecrets.expiresAt} IS NULL OR ${callbackSecrets.expiresAt} > ${now})
  -- The current one has no end, and null comes first.
  ORDER BY ${callbackSecrets.expiresAt} DESC, ${callbackSecrets.createdAt} DESC LIMIT 2`;

/** The secrets that sign at `now`, the current one first. */
export async function callbackSecretsOf(
  db: Database,
  sealer: Sealer,
  workspaceId: string,
  now: number,
): Promise<string[]> {
  const { rows } = await db.execute<{ sealed: Buffer }>(
    sealedSecrets(sql`${workspaceId}`, sql`${new Date(now)}`),
  );
  return rows.map(({ sealed }) => sealer.open(sealed, workspaceId));
}
