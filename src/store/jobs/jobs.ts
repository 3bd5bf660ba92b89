import { and, desc, eq, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { newId } from '../../core/job/ids';
import type { JobStore } from '../../core/ports/store/jobs';
import { ATTEMPT, toAttempt } from '../attempts/attempt-row';
import { createJobs, earlierAnswer } from './create-job';
import type { CreateWaits } from './create-job';
import { shortOf } from '../money/funds';
import type { Database } from '../base/database';
import { isKeyUsed } from './idempotency';
import { toJob } from './job-row';
import { hasJob, listJobs } from './list-jobs';
import { listNative } from './native-list';
import { byOperation } from '../attempts/replies';
import { attempts, events, jobs } from '../schema';
import { pauses } from '../rates/rates';
import { settle } from './settle';
import type { SettleOptions } from './settle';
import { statement } from '../base/statement';

const GET = statement<{ workspaceId: string; id: string }>('job_get')((db, { at }) =>
  db
    .select()
    .from(jobs)
    .where(
      and(eq(jobs.workspaceId, at('workspaceId')), eq(jobs.id, at('id')), isNull(jobs.deletedAt)),
    ),
);

const WITH_ATTEMPT = statement<{ id: string }>('job_with_attempt')((db, { at }) =>
  db
    .select({ job: jobs, attempt: ATTEMPT, pauses })
    .from(jobs)
    .leftJoin(attempts, eq(attempts.jobId, jobs.id))
    .where(eq(jobs.id, at('id')))
    .orderBy(desc(attempts.number))
    .limit(1),
);

const OPEN = ['queued', 'running', 'canceling'] as const;

export function jobStore(db: Database, options: CreateWaits & SettleOptions): JobStore {
  return {
    create: createJobs(db, options),
    shortOf: (principal, wish) => shortOf(db, principal, wish),
    isKeyUsed: (workspaceId, key, now) => isKeyUsed(db, { workspaceId, key, now }),
    earlier: async (workspaceId, { idempotency, render }, now) =>
      idempotency && earlierAnswer(db, { workspaceId, now, ...idempotency }, render),
    async get(workspaceId, id) {
      const [row] = await GET(db, { workspaceId, id });
      return row && toJob(row);
    },
    async several(workspaceId, ids) {
      const isMine = and(eq(jobs.workspaceId, workspaceId), isNull(jobs.deletedAt));
      const rows = await db
        .select()
        .from(jobs)
        .where(and(inArray(jobs.id, [...ids]), isMine));
      return rows.map(toJob);
    },
    list: (workspaceId, page) => listJobs(db, workspaceId, page),
    has: (workspaceId, id) => hasJob(db, workspaceId, id),
    async load(id) {
      const [row] = await db.select().from(jobs).where(eq(jobs.id, id));
      return row && toJob(row);
    },
    async withAttempt(id) {
      const [row] = await WITH_ATTEMPT(db, { id });
      return (
        row && {
          job: toJob(row.job),
          attempt: row.attempt ? toAttempt(row.attempt) : undefined,
          pauses: row.pauses ?? {},
        }
      );
    },
    requestCancel: (workspaceId, id, now) => requestCancel(db, workspaceId, id, new Date(now)),
    async isCancelRequested(id) {
      const [row] = await db
        .select({ at: jobs.cancelRequestedAt })
        .from(jobs)
        .where(eq(jobs.id, id));
      return row?.at != null;
    },
    async countUnprepared(id) {
      const [row] = await db
        .update(jobs)
        .set({ unprepared: sql`${jobs.unprepared} + 1` })
        .where(eq(jobs.id, id))
        .returning({ unprepared: jobs.unprepared });
      return row?.unprepared ?? 0;
    },
    async markDeleted(workspaceId, id, now) {
      await db
        .update(jobs)
        .set({ deletedAt: new Date(now) })
        .where(
          and(
            eq(jobs.workspaceId, workspaceId),
            eq(jobs.id, id),
            isNotNull(jobs.finishedAt),
            isNull(jobs.deletedAt),
          ),
        );
    },
    giveOut: (id, given) => giveOut(db, id, given),
    byOperation: (workspaceId, provider, operation) =>
      byOperation(db, workspaceId, provider, operation),
    listNative: (workspaceId, dialect, query) => listNative(db, workspaceId, dialect, query),
    settle: (id, reason, now, renderCallback) =>
      settle(db, options, { id, reason, now, renderCallback }),
  };
}

/** The row's own lock decides between an answer to the caller and an acceptance that comes at the same moment. */
async function giveOut(db: Database, id: string, given: string): Promise<string | undefined> {
  await db
    .update(jobs)
    .set({ givenId: given })
    .where(and(eq(jobs.id, id), isNull(jobs.givenId), isNull(jobs.startedAt)));
  const [row] = await db.select({ givenId: jobs.givenId }).from(jobs).where(eq(jobs.id, id));
  return row?.givenId ?? undefined;
}

async function requestCancel(db: Database, workspaceId: string, id: string, now: Date) {
  return db.transaction(async (tx) => {
    const mine = and(eq(jobs.workspaceId, workspaceId), eq(jobs.id, id));
    const [changed] = await tx
      .update(jobs)
      .set({ state: 'canceling', cancelRequestedAt: now, updatedAt: now })
      .where(and(mine, inArray(jobs.state, ['queued', 'running'])))
      .returning();
    if (changed) {
      await tx
        .insert(events)
        .values({ id: newId(), workspaceId, jobId: id, type: 'job.canceling', at: now });
      return toJob(changed);
    }
    const [row] = await tx
      .select()
      .from(jobs)
      .where(and(mine, or(isNull(jobs.deletedAt), inArray(jobs.state, [...OPEN]))));
    return row && toJob(row);
  });
}
