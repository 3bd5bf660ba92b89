import { and, eq, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Doubt } from '../../core/provider/attempt';
import type { Database } from '../base/database';
import { lockJobOfAttempt } from '../jobs/lock-job';
import { ONE_MORE, startRunning } from '../jobs/running';
import { attempts } from '../schema';

/** Looks that end no job by themselves. */

/** The first of an unbroken row of one kind stays; since when it lasts. */
export async function recordDoubt(db: Database, id: string, doubt: Doubt): Promise<number> {
  const at = new Date(doubt.since);
  const isFinished = doubt.kind === 'empty' || doubt.kind === 'unreadable';
  return db.transaction(async (tx) => {
    await lockJobOfAttempt(tx, id);
    const [row] = await tx
      .update(attempts)
      .set({
        polls: ONE_MORE,
        doubt: firstOf(doubt),
        ...(isFinished ? { phase: 'running' as const } : {}),
      })
      .where(and(eq(attempts.id, id), isNull(attempts.verdict)))
      .returning({
        doubt: attempts.doubt,
        jobId: attempts.jobId,
        workspaceId: attempts.workspaceId,
      });
    if (row && isFinished) {
      await startRunning(tx, { jobId: row.jobId, workspaceId: row.workspaceId }, at);
    }
    return row?.doubt?.since ?? doubt.since;
  });
}

function firstOf(doubt: Doubt): SQL {
  const isOfKind = sql`COALESCE(${attempts.doubt} ->> 'kind', 'denied') = ${doubt.kind}`;
  return sql`CASE WHEN ${attempts.doubt} IS NOT NULL AND ${isOfKind} THEN ${attempts.doubt}
             ELSE ${sql.param(doubt, attempts.doubt)}::jsonb END`;
}

export async function endDoubt(db: Database, id: string): Promise<void> {
  await db
    .update(attempts)
    .set({ polls: ONE_MORE, doubt: null })
    .where(and(eq(attempts.id, id), isNull(attempts.verdict)));
}
