import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { KeepStore } from '../core/ports/store/keeps';
import type { Database } from './database';
import { nameRemovable } from './erase';
import { lockJob } from './lock-job';
import { files, jobs, keeps } from './schema';

/** How the note on a job begins whose result we cannot fetch; it goes when the copy is stored after all. */
export const NOT_FETCHED = 'result not fetched: ';

const isOpen = and(isNull(keeps.finishedAt), isNull(keeps.gaveUpAt));

export function keepStore(db: Database): KeepStore {
  return {
    async pending(jobId) {
      const [row] = await db
        .select({
          workspaceId: jobs.workspaceId,
          channel: jobs.channel,
          outputs: jobs.outputs,
          createdAt: keeps.createdAt,
          resumedAt: keeps.resumedAt,
        })
        .from(keeps)
        .innerJoin(jobs, eq(jobs.id, keeps.jobId))
        .where(and(eq(keeps.jobId, jobId), isOpen));
      if (!row) return undefined;
      const { createdAt, resumedAt, ...pending } = row;
      return { ...pending, since: (resumedAt ?? createdAt).getTime() };
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
        await lockJob(tx, jobId);
        const [done] = await tx
          .update(keeps)
          .set({ finishedAt: new Date(now), gaveUpAt: null, gaveUpBecause: null })
          .where(and(eq(keeps.jobId, jobId), isNull(keeps.finishedAt)))
          .returning({ workspaceId: keeps.workspaceId });
        // The job was erased while it was copied, or another copy was faster.
        if (!done)
          await nameRemovable(
            tx,
            kept.map(({ blob }) => blob),
            new Date(now),
          );
        if (!done || kept.length === 0) return;
        await tx
          .update(jobs)
          .set({ review: null })
          .where(and(eq(jobs.id, jobId), sql`starts_with(${jobs.review}, ${NOT_FETCHED})`));
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
