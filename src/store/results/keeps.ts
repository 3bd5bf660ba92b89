import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { ClaimedCopy, KeepStore, PendingCopy } from '../../core/ports/store/keeps';
import type { TraceContext } from '../../core/job/trace';
import type { Database } from '../base/database';
import { nameRemovable } from '../upkeep/erase';
import { lockJob } from '../jobs/lock-job';
import { files, jobs, keeps } from '../schema';
import { statement } from '../base/statement';

/** How the note on a job begins whose result we cannot fetch; it goes when the copy is stored after all. */
export const NOT_FETCHED = 'result not fetched: ';

const isOpen = and(isNull(keeps.finishedAt), isNull(keeps.gaveUpAt));

/** Nobody copies it at that moment, as far as its row tells. */
export const isUnclaimedCopy = (now: Date | SQL) =>
  or(isNull(keeps.claimedUntil), lt(keeps.claimedUntil, now));

const PENDING = {
  workspaceId: jobs.workspaceId,
  channel: jobs.channel,
  outputs: jobs.outputs,
  trace: jobs.trace,
  createdAt: keeps.createdAt,
  resumedAt: keeps.resumedAt,
};

interface PendingDates {
  createdAt: Date;
  resumedAt: Date | null;
  trace: TraceContext | null;
}

const toPending = ({
  createdAt,
  resumedAt,
  trace,
  ...pending
}: Omit<PendingCopy, 'since' | 'trace'> & PendingDates): PendingCopy => ({
  ...pending,
  trace: trace ?? undefined,
  since: (resumedAt ?? createdAt).getTime(),
});

export function keepStore(db: Database): KeepStore {
  return {
    async pending(jobId) {
      const [row] = await db
        .select(PENDING)
        .from(keeps)
        .innerJoin(jobs, eq(jobs.id, keeps.jobId))
        .where(and(eq(keeps.jobId, jobId), isOpen));
      return row && toPending(row);
    },
    claim: (now, until, which) =>
      claimCopies(db, { now: new Date(now), until: new Date(until), ...which }),
    async claimUntil(jobIds, until) {
      if (jobIds.length === 0) return;
      await db
        .update(keeps)
        .set({ claimedUntil: new Date(until) })
        .where(and(inArray(keeps.jobId, [...jobIds]), isNull(keeps.workflowStartedAt)));
    },
    async giveUp(jobId, because, now) {
      await db
        .update(keeps)
        .set({ gaveUpAt: new Date(now), gaveUpBecause: because })
        .where(and(eq(keeps.jobId, jobId), isOpen));
    },
    async endOverdue(startedBefore, now) {
      const ended = await db
        .update(keeps)
        .set({ gaveUpAt: new Date(now), gaveUpBecause: 'its workflow ended without a word' })
        .where(and(isOpen, lt(keeps.workflowStartedAt, new Date(startedBefore))));
      return ended.rowCount ?? 0;
    },
    async record(jobId, kept, now) {
      await db.transaction(async (tx) => {
        const job = await lockJob(tx, jobId);
        const [done] = await FINISH(tx, { jobId, now: new Date(now) });
        // The job was erased while it was copied, or another copy was faster.
        if (!done)
          await nameRemovable(
            tx,
            kept.map(({ blob }) => blob),
            new Date(now),
          );
        if (!done || kept.length === 0) return;
        if (job?.review?.startsWith(NOT_FETCHED)) {
          await tx.update(jobs).set({ review: null }).where(eq(jobs.id, jobId));
        }
        await tx
          .insert(files)
          .values(kept.map((file) => ({ jobId, workspaceId: done.workspaceId, ...file })))
          .onConflictDoNothing();
      });
    },
    async noteUnfetched(jobId, detail) {
      const noted = await db
        .update(jobs)
        .set({ review: `${NOT_FETCHED}${detail}` })
        .where(and(eq(jobs.id, jobId), isNull(jobs.review)))
        .returning({ id: jobs.id });
      return noted.length > 0;
    },
    async files(workspaceId, jobId) {
      return db
        .select({ kind: files.kind, blob: files.blob, bytes: files.bytes, mime: files.mime })
        .from(files)
        .where(and(eq(files.workspaceId, workspaceId), eq(files.jobId, jobId)));
    },
    async channelOf(workspaceId, jobId) {
      const [row] = await db
        .select({ channel: jobs.channel })
        .from(jobs)
        .where(and(eq(jobs.workspaceId, workspaceId), eq(jobs.id, jobId)));
      return row?.channel;
    },
  };
}

interface Claim {
  now: Date;
  until: Date;
  limit: number;
  notOf: readonly string[];
}

async function claimCopies(db: Database, claim: Claim): Promise<ClaimedCopy[]> {
  const rows = await CLAIM(db, { ...claim, notOf: [...claim.notOf] });
  return rows.map(({ jobId, ...row }) => ({ jobId, ...toPending(row) }));
}

const CLAIM = statement<Claim>('copy_claim')((db, { at, as }) => {
  const isFree = isUnclaimedCopy(as('now', keeps.claimedUntil));
  const oldest = sql`
    SELECT ${keeps.jobId} FROM ${keeps}
    WHERE ${and(isNull(keeps.workflowStartedAt), isOpen, isFree)}
      AND NOT ${keeps.workspaceId} = ANY(${at('notOf')}::uuid[])
    ORDER BY ${keeps.createdAt} LIMIT ${at('limit')} FOR NO KEY UPDATE SKIP LOCKED`;
  return db
    .update(keeps)
    .set({ claimedUntil: as('until', keeps.claimedUntil) })
    .from(jobs)
    .where(and(eq(keeps.jobId, sql`ANY(ARRAY(${oldest}))`), eq(jobs.id, keeps.jobId)))
    .returning({ jobId: keeps.jobId, ...PENDING });
});

const FINISH = statement<{ jobId: string; now: Date }>('copy_finish')((db, { at, as }) =>
  db
    .update(keeps)
    .set({
      finishedAt: as('now', keeps.finishedAt),
      gaveUpAt: null,
      gaveUpBecause: null,
      // What has ended needs no workflow, and nobody is to start one for it.
      workflowStartedAt: sql`coalesce(${keeps.workflowStartedAt}, ${as('now', keeps.workflowStartedAt)})`,
    })
    .where(and(eq(keeps.jobId, at('jobId')), isNull(keeps.finishedAt)))
    .returning({ workspaceId: keeps.workspaceId }),
);
