import { and, asc, desc, eq, isNotNull, isNull, lt } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { OperatedAttempt, OperatedJob, OperatedKeep } from '../../core/operator/operations';
import type { OperationsStore } from '../../core/ports/store/operations';
import { newId } from '../../core/job/ids';
import type { Database } from '../base/database';
import { lockJob } from '../jobs/lock-job';
import { costOf } from '../money/costs';
import { operatedDeliveries } from './operated-deliveries';
import { attempts, events, jobs, keeps } from '../schema';
import { seedOfOpenJob } from '../upkeep/sweep';

/** Operators' reads and changes; every workspace's rows, without a text of a caller's. */
export function operationsStore(db: Database): OperationsStore {
  return {
    async jobs({ workspaceId, state, isInReview, after, limit }) {
      const rows = await db
        .select(JOB)
        .from(jobs)
        .where(
          and(
            workspaceId === undefined ? undefined : eq(jobs.workspaceId, workspaceId),
            state === undefined ? undefined : eq(jobs.state, state),
            isInReview === undefined
              ? undefined
              : isInReview
                ? isNotNull(jobs.review)
                : isNull(jobs.review),
            after === undefined ? undefined : lt(jobs.id, after),
          ),
        )
        // Ids begin with their time.
        .orderBy(desc(jobs.id))
        .limit(limit + 1);
      return { items: rows.slice(0, limit).map(toOperatedJob), hasMore: rows.length > limit };
    },
    async job(id) {
      const [row] = await db.select(JOB).from(jobs).where(eq(jobs.id, id));
      return row && toOperatedJob(row);
    },
    attempts: (jobId) => attemptsOf(db, jobId),
    seed: (jobId) => seedOfOpenJob(db, jobId),
    async clearReview(jobId) {
      const cleared = await db
        .update(jobs)
        .set({ review: null, restarts: 0, nextRestartAt: null, workflowStartedAt: null })
        .where(and(eq(jobs.id, jobId), isNull(jobs.finishedAt)));
      return cleared.rowCount === 1;
    },
    async rule(jobId, ruling, now) {
      const ruled = await db
        .update(jobs)
        .set({ ruling, updatedAt: new Date(now) })
        .where(and(eq(jobs.id, jobId), isNull(jobs.finishedAt)));
      return ruled.rowCount === 1;
    },
    resolve: (jobId, note, now) => resolve(db, { jobId, note, at: new Date(now) }),
    ...operatedDeliveries(db),
    async keeps({ state, after, limit }) {
      const rows = await db
        .select()
        .from(keeps)
        .where(
          and(
            state === undefined ? undefined : KEEP_STATES[state],
            after === undefined ? undefined : lt(keeps.jobId, after),
          ),
        )
        .orderBy(desc(keeps.jobId))
        .limit(limit + 1);
      return { items: rows.slice(0, limit).map(toOperatedKeep), hasMore: rows.length > limit };
    },
    async keep(jobId) {
      const [row] = await db.select().from(keeps).where(eq(keeps.jobId, jobId));
      return row && toOperatedKeep(row);
    },
    async reopenKeep(jobId, now) {
      const reopened = await db
        .update(keeps)
        .set({
          gaveUpAt: null,
          gaveUpBecause: null,
          resumedAt: new Date(now),
          workflowStartedAt: null,
        })
        .where(and(eq(keeps.jobId, jobId), isNull(keeps.finishedAt), isNotNull(keeps.gaveUpAt)));
      return reopened.rowCount === 1;
    },
  };
}

const {
  id,
  workspaceId,
  keyId,
  workflowId,
  dialect,
  state,
  model,
  provider,
  channel,
  review,
  restarts,
  failure,
  price,
  charged,
  createdAt,
  finishedAt,
  deadlineAt,
  deletedAt,
  erasedAt,
} = jobs;
const JOB = {
  ...{ id, workspaceId, keyId, workflowId, dialect, state, model, provider, channel },
  ...{ review, restarts, failure, price, charged },
  ...{ createdAt, finishedAt, deadlineAt, deletedAt, erasedAt },
};

type JobColumns = Pick<typeof jobs.$inferSelect, keyof typeof JOB>;

function toOperatedJob({ failure: reason, ...row }: JobColumns): OperatedJob {
  return {
    ...row,
    failureCode: reason?.code ?? null,
    createdAt: row.createdAt.getTime(),
    finishedAt: row.finishedAt?.getTime() ?? null,
    deadlineAt: row.deadlineAt.getTime(),
    deletedAt: row.deletedAt?.getTime() ?? null,
    erasedAt: row.erasedAt?.getTime() ?? null,
  };
}

async function attemptsOf(db: Database, jobId: string): Promise<OperatedAttempt[]> {
  const rows = await db
    .select({
      number: attempts.number,
      provider: attempts.provider,
      channel: attempts.channel,
      state: attempts.state,
      sends: attempts.sends,
      polls: attempts.polls,
      operation: attempts.operation,
      refusal: attempts.refusal,
      verdict: attempts.verdict,
      cost: attempts.cost,
    })
    .from(attempts)
    .where(eq(attempts.jobId, jobId))
    .orderBy(asc(attempts.number));
  return rows.map(({ operation, refusal, verdict, cost, ...row }) => ({
    ...row,
    cost: costOf(cost),
    operation: operation && JSON.stringify(operation),
    refusalCode: refusal?.failure.code ?? null,
    verdict: verdict?.state ?? null,
  }));
}

async function resolve(
  db: Database,
  { jobId, note, at }: { jobId: string; note: string | undefined; at: Date },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const row = await lockJob(tx, jobId);
    if (!row?.finishedAt || row.review === null) return false;
    await tx.update(jobs).set({ review: null }).where(eq(jobs.id, jobId));
    await tx.insert(events).values({
      id: newId(),
      workspaceId: row.workspaceId,
      jobId,
      type: 'job.review.resolved',
      data: { review: row.review, ...(note === undefined ? {} : { note }) },
      at,
    });
    return true;
  });
}

const KEEP_STATES: Record<OperatedKeep['state'], SQL | undefined> = {
  pending: and(isNull(keeps.finishedAt), isNull(keeps.gaveUpAt)),
  kept: isNotNull(keeps.finishedAt),
  gave_up: and(isNull(keeps.finishedAt), isNotNull(keeps.gaveUpAt)),
};

const toOperatedKeep = (row: typeof keeps.$inferSelect): OperatedKeep => ({
  jobId: row.jobId,
  workspaceId: row.workspaceId,
  state: row.finishedAt ? 'kept' : row.gaveUpAt ? 'gave_up' : 'pending',
  because: row.gaveUpBecause,
  createdAt: row.createdAt.getTime(),
  finishedAt: (row.finishedAt ?? row.gaveUpAt)?.getTime() ?? null,
});
