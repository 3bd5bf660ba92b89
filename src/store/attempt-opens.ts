import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Attempt } from '../core/provider/attempt';
import type { AttemptStore } from '../core/ports/store/attempts';
import { ATTEMPT, toAttempt } from './attempt-row';
import type { Database } from './database';
import { columnsOf, insertFrom } from './insert-from';
import type { JobRow } from './job-row';
import { lockJobOfAttempt, lockedJob } from './lock-job';
import { attempts, jobs } from './schema';

type NewAttempt = Parameters<AttemptStore['open']>[0];
type SendTimes = Parameters<AttemptStore['reopen']>[1];

/**
 * Makes the attempt of a job that is still to be sent, under the job's lock; null where it is not. Whoever ends or
 * cancels it waits, and then finds the attempt; whoever comes after them finds the job unwanted. So no POST begins
 * behind a cancel's back.
 */
export async function openAttempt(
  db: Database,
  { job, sendingAt, sendDeadline, ...rest }: NewAttempt,
): Promise<Attempt | null> {
  const wanted = and(eq(jobs.id, job.id), isNull(jobs.finishedAt), isNull(jobs.cancelRequestedAt));
  const locked = lockedJob(db, wanted);
  const inserted = insertFrom(
    attempts,
    {
      ...rest,
      jobId: job.id,
      workspaceId: job.workspaceId,
      state: 'sending',
      sendingAt: new Date(sendingAt),
      sendDeadline: new Date(sendDeadline),
    },
    sql`${locked}`,
  );
  const opened = db
    .$with('opened', ATTEMPT)
    .as(
      sql`${inserted} ON CONFLICT (job_id, number) DO NOTHING RETURNING ${columnsOf(Object.values(ATTEMPT))}`,
    );
  const [row] = await db
    .with(locked, opened)
    .select()
    .from(opened)
    .prepare('attempt_open')
    .execute();
  return row ? toAttempt(row) : null;
}

export async function reopenAttempt(
  db: Database,
  id: string,
  times: SendTimes,
): Promise<number | undefined> {
  return db.transaction(async (tx) => {
    if (!isWanted(await lockJobOfAttempt(tx, id))) return undefined;
    const changed = await tx
      .update(attempts)
      .set({
        state: 'sending',
        refusal: null,
        submitReplyStatus: null,
        submitReplyType: null,
        submitReplyBody: null,
        callbackTokenHash: times.callbackTokenHash,
        sendingAt: new Date(times.sendingAt),
        sendDeadline: new Date(times.sendDeadline),
        sends: sql`${attempts.sends} + 1`,
      })
      .where(and(eq(attempts.id, id), eq(attempts.state, 'refused')))
      .returning({ sends: attempts.sends });
    return changed[0]?.sends;
  });
}

const isWanted = (job: JobRow | undefined): boolean =>
  job?.finishedAt === null && job.cancelRequestedAt === null;
