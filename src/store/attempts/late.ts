import { and, eq, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { newId } from '../../core/job/ids';
import type { FinalVerdict } from '../../core/job/outcome';
import { costOf } from '../../core/money/end-cost';
import { ATTEMPT } from './attempt-row';
import type { AttemptRow } from './attempt-row';
import type { Database, Transaction } from '../base/database';
import { costColumns, storedCost } from '../money/costs';
import { endedAttempt } from '../jobs/ended-attempt';
import { reported } from './reported';
import { attempts, events, jobs, lateVerdicts, slots } from '../schema';

/**
 * What a provider says of a job that we gave up without its word (`timed_out`, `submission_unknown`). It is our cost:
 * written down once per attempt, never charged, and the job stays as its caller saw it end.
 */

export async function bookLate(
  tx: Transaction,
  attempt: AttemptRow,
  verdict: FinalVerdict,
  at: Date,
): Promise<void> {
  const { id, workspaceId, jobId, provider, channel, model } = attempt;
  const [frozen] = await tx
    .select({ billed: attempts.billed, routes: jobs.routes, applied: jobs.applied })
    .from(attempts)
    .innerJoin(jobs, eq(jobs.id, attempts.jobId))
    .where(eq(attempts.id, id));
  const cost = frozen && costOf(endedAttempt({ ...attempt, ...frozen, verdict }, frozen));
  await tx.insert(lateVerdicts).values({
    attemptId: id,
    workspaceId,
    jobId,
    provider,
    channel,
    model,
    verdict,
    ...reported('usage' in verdict ? verdict.usage : undefined),
    ...costColumns(cost),
    at,
  });
  await tx.insert(events).values({
    id: newId(),
    workspaceId,
    jobId,
    type: `attempt.late.${verdict.state}`,
    data: { attempt: attempt.number, provider, channel },
    at,
  });
  // Nothing of it runs there any more; who is next is found by whoever gives out slots.
  await tx.delete(slots).where(eq(slots.jobId, jobId));
  await tx
    .update(attempts)
    .set({ cost: storedCost(cost) })
    .where(eq(attempts.id, id));
  await tx
    .update(jobs)
    .set({ erasedAt: null })
    .where(and(eq(jobs.id, jobId), isErased));
}

/** What a provider says of such a job is blanked by the next sweep, once it counts as not erased yet. */
export const isErased = and(isNotNull(jobs.deletedAt), isNotNull(jobs.erasedAt));

/** Attempts to be looked at once more, marked so that nobody else takes them before the pause is over. */
export async function takeLate(
  db: Database,
  now: number,
  pauseMs: number,
  limit: number,
): Promise<AttemptRow[]> {
  const due = db
    .select({ id: attempts.id })
    .from(attempts)
    .innerJoin(jobs, eq(jobs.id, attempts.jobId))
    .where(
      and(
        sql`${jobs.watchedUntil} > ${new Date(now)}`,
        isNull(attempts.verdict),
        sql`${attempts.state} IN ('accepted', 'unknown')`,
        or(isNull(attempts.lateLookAt), lt(attempts.lateLookAt, new Date(now - pauseMs))),
      ),
    )
    .orderBy(sql`${attempts.lateLookAt} NULLS FIRST`)
    .limit(limit)
    .for('update', { of: attempts, skipLocked: true });
  return db
    .update(attempts)
    .set({ lateLookAt: new Date(now) })
    .where(sql`${attempts.id} IN ${due}`)
    .returning(ATTEMPT);
}
