import { and, asc, desc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { SweepStore } from '../core/store';
import { toAttempt } from './attempt-row';
import type { Database } from './database';
import { takeLate } from './late';
import { deliveries, idempotency, jobs, keeps, workspaces } from './schema';
import { unnamedBlobs } from './unnamed-blobs';

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
  },
};

/** What the sweep may look at: rows that should have a workflow and, as far as rows can tell, have none. */
export function sweepStore(db: Database): SweepStore {
  return {
    async startable(now, queuedForMs, limit) {
      const rows = await db
        .select(SEED)
        .from(jobs)
        .innerJoin(workspaces, eq(workspaces.id, jobs.workspaceId))
        .where(
          and(
            isNull(jobs.finishedAt),
            isNull(jobs.review),
            or(
              and(isNull(jobs.workflowStartedAt), lt(jobs.createdAt, new Date(now - queuedForMs))),
              lt(jobs.deadlineAt, new Date(now - queuedForMs)),
            ),
          ),
        )
        .orderBy(asc(jobs.createdAt))
        .limit(limit);
      return rows.map((row) => ({ ...row, deadlineAt: row.deadlineAt.getTime() }));
    },
    async seed(workflowId) {
      const [row] = await db
        .select(SEED)
        .from(jobs)
        .innerJoin(workspaces, eq(workspaces.id, jobs.workspaceId))
        .where(and(eq(jobs.workflowId, workflowId), isNull(jobs.finishedAt), isNull(jobs.review)));
      return row && { ...row, deadlineAt: row.deadlineAt.getTime() };
    },
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
        .where(and(isNull(keeps.workflowStartedAt), lt(keeps.createdAt, new Date(now - ageMs))))
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
    async cancelable(now, ageMs, limit) {
      const rows = await db
        .select(SEED)
        .from(jobs)
        .innerJoin(workspaces, eq(workspaces.id, jobs.workspaceId))
        .where(
          and(
            isNull(jobs.finishedAt),
            isNull(jobs.review),
            lt(jobs.cancelRequestedAt, new Date(now - ageMs)),
          ),
        )
        // Old wishes that a provider cannot grant must not stand before new ones.
        .orderBy(desc(jobs.cancelRequestedAt))
        .limit(limit);
      return rows.map((row) => ({ ...row, deadlineAt: row.deadlineAt.getTime() }));
    },
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
    async countRestart(jobId, restartsMax) {
      const [row] = await db
        .update(jobs)
        .set({
          restarts: sql`${jobs.restarts} + 1`,
          review: sql`CASE WHEN ${jobs.restarts} >= ${restartsMax} THEN 'restarted too often' ELSE ${jobs.review} END`,
        })
        .where(eq(jobs.id, jobId))
        .returning({ restarts: jobs.restarts });
      return row !== undefined && row.restarts <= restartsMax;
    },
  };
}
