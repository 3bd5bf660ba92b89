import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { JobPlanSeed } from '../../core/job/plan';
import type { RestartCount, SweepStore } from '../../core/ports/store/sweep';
import { toAttempt } from '../attempts/attempt-row';
import type { Database } from '../base/database';
import { isUnclaimedCopy } from '../results/keeps';
import { takeLate } from '../attempts/late';
import { deliveries, idempotency, jobs, keeps, workspaces } from '../schema';
import { isUnclaimed, isUnstarted } from '../jobs/starts';
import { unnamedBlobs } from '../results/unnamed-blobs';

const SEED = {
  jobId: jobs.id,
  workflowId: jobs.workflowId,
  provider: jobs.provider,
  model: jobs.model,
  workspaceId: jobs.workspaceId,
  deadlineAt: jobs.deadlineAt,
  label: {
    workspace: workspaces.name,
    channel: jobs.channel,
    dialect: jobs.dialect,
    price: jobs.price,
    requestId: jobs.requestId,
  },
};

/** The sweep's rows: those that should have a workflow and, as far as rows can tell, have none. */
export function sweepStore(db: Database): SweepStore {
  return {
    startable: (now, { queuedForMs, claimMs }, limit) =>
      startable(db, {
        now: new Date(now),
        before: new Date(now - queuedForMs),
        whateverClaimed: new Date(now - queuedForMs - claimMs),
        limit,
      }),
    seeds: (workflowIds, now) =>
      seedsOf(db, {
        where: and(inArray(jobs.workflowId, [...workflowIds]), isOpen, isDue(new Date(now))),
        order: asc(jobs.createdAt),
        limit: workflowIds.length,
      }),
    ruled: (limit) =>
      seedsOf(db, {
        where: and(isOpen, isNotNull(jobs.ruling)),
        order: asc(jobs.updatedAt),
        limit,
      }),
    async unstartedDeliveries(now, ageMs, limit) {
      const rows = await db
        .select({ id: deliveries.id })
        .from(deliveries)
        .where(
          and(
            isNull(deliveries.workflowStartedAt),
            lt(deliveries.createdAt, new Date(now - ageMs)),
          ),
        )
        .orderBy(asc(deliveries.createdAt))
        .limit(limit);
      return rows.map((row) => row.id);
    },
    async unstartedKeeps(now, ageMs, limit) {
      const rows = await db
        .select({ id: keeps.jobId })
        .from(keeps)
        .where(
          and(
            isNull(keeps.workflowStartedAt),
            lt(keeps.createdAt, new Date(now - ageMs)),
            isUnclaimedCopy(new Date(now)),
          ),
        )
        .orderBy(asc(keeps.createdAt))
        .limit(limit);
      return rows.map((row) => row.id);
    },
    async markDeliveryStarted(id, now) {
      await db
        .update(deliveries)
        .set({ workflowStartedAt: new Date(now) })
        .where(and(eq(deliveries.id, id), isNull(deliveries.workflowStartedAt)));
    },
    async markKeepStarted(jobId, now) {
      await db
        .update(keeps)
        .set({ workflowStartedAt: new Date(now) })
        .where(and(eq(keeps.jobId, jobId), isNull(keeps.workflowStartedAt)));
    },
    cancelable: (now, ageMs, limit) =>
      seedsOf(db, {
        where: and(isOpen, isNull(jobs.review), lt(jobs.cancelRequestedAt, new Date(now - ageMs))),
        // Old wishes that a provider cannot grant must not stand before new ones.
        order: desc(jobs.cancelRequestedAt),
        limit,
      }),
    async forgetAnswers(now, limit) {
      const forgotten = await db.execute(sql`
        DELETE FROM ${idempotency} WHERE ctid IN (
          SELECT ctid FROM ${idempotency} WHERE expires_at <= ${new Date(now)}
          ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`);
      return forgotten.rowCount ?? 0;
    },
    unnamedBlobs: (ids, before) => unnamedBlobs(db, ids, before),
    async takeLate(now, pauseMs, limit) {
      return (await takeLate(db, now, pauseMs, limit)).map(toAttempt);
    },
    countRestart: (jobId, restart) => countRestart(db, jobId, restart),
  };
}

/** The seed of one open job, also of one in review; undefined when it has ended. */
export async function seedOfOpenJob(db: Database, jobId: string): Promise<JobPlanSeed | undefined> {
  const where = and(eq(jobs.id, jobId), isOpen);
  return (await seedsOf(db, { where, order: asc(jobs.id), limit: 1 }))[0];
}

const isOpen = isNull(jobs.finishedAt);

/** A job in review waits for a person, but no longer than its deadline; from then on it is tried at a slow pace. */
const isDue = (now: Date) =>
  or(
    isNull(jobs.review),
    and(lt(jobs.deadlineAt, now), or(isNull(jobs.nextRestartAt), lt(jobs.nextRestartAt, now))),
  );

/** Reads twice, so that each read goes by its own index and neither walks over the jobs that are well. */
async function startable(
  db: Database,
  {
    now,
    before,
    whateverClaimed,
    limit,
  }: { now: Date; before: Date; whateverClaimed: Date; limit: number },
): Promise<JobPlanSeed[]> {
  const unstarted = await seedsOf(db, {
    where: and(
      isUnstarted,
      isNull(jobs.review),
      lt(jobs.createdAt, before),
      or(isUnclaimed(now), lt(jobs.createdAt, whateverClaimed)),
    ),
    order: asc(jobs.createdAt),
    limit,
  });
  const overdue = await seedsOf(db, {
    where: and(
      isOpen,
      lt(jobs.deadlineAt, before),
      isDue(before),
      // The others were read above.
      or(isNotNull(jobs.workflowStartedAt), isNotNull(jobs.review)),
    ),
    order: asc(jobs.deadlineAt),
    limit,
  });
  return [...unstarted, ...overdue];
}

async function seedsOf(
  db: Database,
  { where, order, limit }: { where: SQL | undefined; order: SQL; limit: number },
): Promise<JobPlanSeed[]> {
  if (limit === 0) return [];
  const rows = await db
    .select(SEED)
    .from(jobs)
    .innerJoin(workspaces, eq(workspaces.id, jobs.workspaceId))
    .where(where)
    .orderBy(order)
    .limit(limit);
  return rows.map((row) => ({ ...row, deadlineAt: row.deadlineAt.getTime() }));
}

/**
 * Counts a restart and says whether it may be made. A job past its deadline may always be started again, however often
 * that failed before: only its end is left to be made.
 */
async function countRestart(
  db: Database,
  jobId: string,
  { restartsMax, now, reviewMs }: RestartCount,
): Promise<boolean> {
  const at = new Date(now);
  const isTooOften = sql`${jobs.restarts} >= ${restartsMax}`;
  const [row] = await db
    .update(jobs)
    .set({
      restarts: sql`${jobs.restarts} + 1`,
      review: sql`CASE WHEN ${isTooOften} THEN coalesce(${jobs.review}, 'restarted too often') ELSE ${jobs.review} END`,
      nextRestartAt: sql`CASE WHEN ${isTooOften} THEN ${new Date(now + reviewMs)}::timestamptz ELSE ${jobs.nextRestartAt} END`,
    })
    .where(eq(jobs.id, jobId))
    .returning({ restarts: jobs.restarts, deadlineAt: jobs.deadlineAt });
  return row !== undefined && (row.restarts <= restartsMax || row.deadlineAt < at);
}
