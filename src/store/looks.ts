import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Reply } from '../core/provider/exchange';
import { newId } from '../core/job/ids';
import { isFinal } from '../core/job/outcome';
import type { FinalVerdict, Verdict } from '../core/job/outcome';
import { wholePercent } from '../core/job/progress';
import { ATTEMPT } from './attempt-row';
import type { Database } from './database';
import { insertFrom } from './insert-from';
import { bookLate } from './late';
import { lockJobOfAttempt, lockedJobOfAttempt } from './lock-job';
import { replyColumns } from './replies';
import { ONE_MORE } from './running';
import { attempts, events, jobs } from './schema';
import { recordShown } from './shown-looks';

/** What one look at a provider changes in the rows. */

type RunningVerdict = Extract<Verdict, { state: 'running' }>;

/** A final verdict is written once and stays; a running look after it changes nothing. */
export async function recordLook(
  db: Database,
  id: string,
  look: { verdict: Verdict; reply: Reply | undefined; now: number },
): Promise<string[]> {
  const { verdict, reply } = look;
  const at = new Date(look.now);
  if (isFinal(verdict)) {
    await recordFinal(db, id, { verdict, reply, at });
    return [];
  }
  if (reply) return recordShown(db, id, { verdict, reply, at });
  await recordRunning(db, id, { verdict, at });
  return [];
}

/**
 * A verdict is stored either before settle looks for it, or after a job's end without a word, where it is late: then
 * the statement finds that the job is watched for it, and leaves the row to a transaction that books it as well.
 */
async function recordFinal(
  db: Database,
  id: string,
  look: { verdict: FinalVerdict; reply: Reply | undefined; at: Date },
): Promise<void> {
  const { verdict } = look;
  const reply = replyColumns(look.reply);
  const columns = {
    polls: ONE_MORE,
    verdict,
    finalReplyStatus: reply.status,
    finalReplyType: reply.type,
    finalReplyBody: reply.body,
  };
  const isFirst = and(eq(attempts.id, id), isNull(attempts.verdict));
  const job = lockedJobOfAttempt(db, id);
  const told = db.$with('told').as(
    db
      .update(attempts)
      .set(columns)
      .from(job)
      .where(and(isFirst, eq(attempts.jobId, job.id), isNull(job.watchedUntil)))
      .returning({ id: attempts.id }),
  );
  const [locked] = await db
    .with(job, told)
    .select({ watchedUntil: job.watchedUntil })
    .from(job)
    .prepare('look_final')
    .execute();
  if (!locked?.watchedUntil) return;
  await db.transaction(async (tx) => {
    await lockJobOfAttempt(tx, id);
    const [late] = await tx.update(attempts).set(columns).where(isFirst).returning(ATTEMPT);
    if (late) await bookLate(tx, late, verdict, look.at);
  });
}

/** Shows the job as the look found it: phase and progress on the attempt, state and progress on the job, one event. */
async function recordRunning(
  db: Database,
  id: string,
  { verdict, at }: { verdict: RunningVerdict; at: Date },
): Promise<void> {
  const { phase } = verdict;
  const progress = wholePercent(verdict.progress);
  const job = lockedJobOfAttempt(db, id);
  const seen = db.$with('seen').as(
    db
      .update(attempts)
      .set({ polls: ONE_MORE, phase, progress, doubt: null })
      .from(job)
      .where(and(eq(attempts.id, id), eq(attempts.jobId, job.id), isNull(attempts.verdict)))
      .returning({ jobId: attempts.jobId }),
  );
  const starts = sql`${jobs.state} = 'queued' AND ${phase}::text = 'running'`;
  const shown = db.$with('shown').as(
    db
      .update(jobs)
      .set({
        state: sql`CASE WHEN ${starts} THEN 'running' ELSE ${jobs.state} END`,
        progress,
        updatedAt: at,
      })
      .from(seen)
      .where(
        and(
          eq(jobs.id, seen.jobId),
          isNull(jobs.finishedAt),
          sql`(${starts} OR ${jobs.progress} IS DISTINCT FROM ${progress}::int)`,
        ),
      )
      .returning({ id: jobs.id }),
  );
  const started = db.$with('started', {}).as(
    insertFrom(
      events,
      {
        id: newId(),
        workspaceId: sql`${job.workspaceId}`,
        jobId: sql`${job.id}`,
        type: 'job.running',
        at,
      },
      sql`${job} JOIN ${seen} ON ${seen.jobId} = ${job.id} WHERE ${job.state} = 'queued' AND ${phase}::text = 'running'`,
    ),
  );
  await db
    .with(job, seen, shown, started)
    .select({ jobId: seen.jobId })
    .from(seen)
    .prepare('look_running')
    .execute();
}
