import { and, asc, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { RetentionStore } from '../../core/ports/store/retention';
import type { Database } from '../base/database';
import { eraseJob } from './erase';
import {
  attempts,
  deliveries,
  deliveryTries,
  events,
  files,
  jobs,
  removableBlobs,
} from '../schema';

/** Each statement takes the oldest rows that are due and that nobody else works on, and marks them done. */
export function retentionStore(db: Database): RetentionStore {
  const changed = async (statement: SQL): Promise<number> =>
    (await db.execute(statement)).rowCount ?? 0;
  return {
    expireJobs: (endedBefore, now, limit) =>
      changed(sql`
        UPDATE ${jobs} SET deleted_at = ${new Date(now)} WHERE id IN (
          SELECT id FROM ${jobs} WHERE finished_at < ${new Date(endedBefore)} AND deleted_at IS NULL
          ORDER BY finished_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`),
    async erasable(limit) {
      const rows = await db
        .select({ id: jobs.id })
        .from(jobs)
        .where(and(isNotNull(jobs.deletedAt), isNull(jobs.erasedAt)))
        .orderBy(asc(jobs.deletedAt))
        .limit(limit);
      return rows.map(({ id }) => id);
    },
    erase: (jobId, now) => eraseJob(db, jobId, new Date(now)),
    histories: (limit) =>
      db
        .select({ jobId: jobs.id, workflowId: jobs.workflowId })
        .from(jobs)
        .where(and(isNotNull(jobs.deletedAt), isNull(jobs.keyId), isNull(jobs.historyErasedAt)))
        .orderBy(asc(jobs.deletedAt))
        .limit(limit),
    async markHistoryErased(jobId, now) {
      await db
        .update(jobs)
        .set({ historyErasedAt: new Date(now) })
        .where(eq(jobs.id, jobId));
    },
    removeFiles: (endedBefore, now, limit) => changed(removeFiles(endedBefore, now, limit)),
    removeReplies: (endedBefore, now, limit) =>
      changed(sql`
        WITH due AS (
          SELECT id FROM ${jobs} WHERE finished_at < ${new Date(endedBefore)} AND replies_removed_at IS NULL
          ORDER BY finished_at LIMIT ${limit} FOR UPDATE SKIP LOCKED),
        blanked AS (
          UPDATE ${attempts} SET reply_body = NULL, final_reply_body = NULL, submit_reply_body = NULL
          WHERE job_id IN (SELECT id FROM due))
        UPDATE ${jobs} SET replies_removed_at = ${new Date(now)} WHERE id IN (SELECT id FROM due)`),
    removeCallbacks: (endedBefore, limit) =>
      changed(sql`
        WITH due AS (
          SELECT id FROM ${deliveries} WHERE finished_at < ${new Date(endedBefore)} AND state <> 'pending'
          ORDER BY finished_at LIMIT ${limit} FOR UPDATE SKIP LOCKED),
        tries AS (DELETE FROM ${deliveryTries} WHERE delivery_id IN (SELECT id FROM due))
        DELETE FROM ${deliveries} WHERE id IN (SELECT id FROM due)`),
    removeEvents: (before, limit) =>
      changed(sql`
        DELETE FROM ${events} WHERE id IN (
          SELECT id FROM ${events} WHERE at < ${new Date(before)}
            AND NOT EXISTS (SELECT 1 FROM ${deliveries} WHERE event_id = ${events.id})
            AND EXISTS (SELECT 1 FROM ${jobs} WHERE ${jobs.id} = ${events.jobId} AND finished_at IS NOT NULL)
          ORDER BY at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`),
    async removable(before, limit) {
      const rows = await db
        .select({ id: removableBlobs.id })
        .from(removableBlobs)
        .where(lt(removableBlobs.since, new Date(before)))
        .orderBy(asc(removableBlobs.since))
        .limit(limit);
      return rows.map(({ id }) => id);
    },
    async forgetRemovable(ids) {
      await db.execute(
        sql`DELETE FROM ${removableBlobs} WHERE id = ANY(${sql.param([...ids])}::text[])`,
      );
    },
  };
}

/** Results and inputs, by their names; the files themselves go when no other row names them. */
function removeFiles(endedBefore: number, now: number, limit: number): SQL {
  const at = new Date(now);
  return sql`
    WITH due AS (
      SELECT id, request, native FROM ${jobs}
      WHERE finished_at < ${new Date(endedBefore)} AND files_removed_at IS NULL
      ORDER BY finished_at LIMIT ${limit} FOR UPDATE SKIP LOCKED),
    results AS (DELETE FROM ${files} WHERE job_id IN (SELECT id FROM due) RETURNING blob),
    named AS (
      SELECT blob FROM results
      UNION SELECT jsonb_path_query(request, '$.inputs[*].media.blob') #>> '{}' FROM due
      UNION SELECT native ->> 'body' FROM due WHERE native IS NOT NULL),
    noted AS (
      INSERT INTO ${removableBlobs} (id, since) SELECT blob, ${at}::timestamptz FROM named WHERE blob <> ''
      ON CONFLICT DO NOTHING)
    UPDATE ${jobs} SET files_removed_at = ${at}, outputs = '[]',
      request = request || '{"inputs": []}', applied = applied || '{"inputs": []}',
      native = CASE WHEN native IS NOT NULL THEN native || '{"body": ""}' END
    WHERE id IN (SELECT id FROM due)`;
}
