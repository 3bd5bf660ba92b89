import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Reply } from '../../core/provider/exchange';
import { newId } from '../../core/job/ids';
import { isFinal } from '../../core/job/outcome';
import type { FinalVerdict, Verdict } from '../../core/job/outcome';
import { wholePercent } from '../../core/job/progress';
import { ATTEMPT } from './attempt-row';
import type { Database } from '../base/database';
import { insertFrom } from '../base/insert-from';
import { bookLate } from './late';
import { lockJobOfAttempt, lockedJobOfAttempt } from '../jobs/lock-job';
import { replyColumns } from './replies';
import { ONE_MORE } from '../jobs/running';
import { attempts, events, jobs } from '../schema';
import { recordShown } from './shown-looks';
import { statement } from '../base/statement';

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
  const [locked] = await FINAL(db, { id, verdict, ...reply });
  if (!locked?.watchedUntil) return;
  await db.transaction(async (tx) => {
    await lockJobOfAttempt(tx, id);
    const columns = {
      polls: ONE_MORE,
      verdict,
      finalReplyStatus: reply.status,
      finalReplyType: reply.type,
      finalReplyBody: reply.body,
    };
    const isFirst = and(eq(attempts.id, id), isNull(attempts.verdict));
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
  const progress = wholePercent(verdict.progress);
  await RUNNING(db, { id, phase: verdict.phase, progress, at, eventId: newId() });
}

type FinalLook = ReturnType<typeof replyColumns> & { id: string; verdict: FinalVerdict };

const FINAL = statement<FinalLook>('look_final')((db, { at, as }) => {
  const job = lockedJobOfAttempt(db, at('id'));
  const told = db.$with('told').as(
    db
      .update(attempts)
      .set({
        polls: ONE_MORE,
        verdict: as('verdict', attempts.verdict),
        finalReplyStatus: as('status', attempts.finalReplyStatus),
        finalReplyType: as('type', attempts.finalReplyType),
        finalReplyBody: as('body', attempts.finalReplyBody),
      })
      .from(job)
      .where(
        and(
          eq(attempts.id, at('id')),
          isNull(attempts.verdict),
          eq(attempts.jobId, job.id),
          isNull(job.watchedUntil),
        ),
      )
      .returning({ id: attempts.id }),
  );
  return db.with(job, told).select({ watchedUntil: job.watchedUntil }).from(job);
});

interface RunningLook {
  id: string;
  phase: RunningVerdict['phase'];
  progress: number | null;
  at: Date;
  eventId: string;
}

const RUNNING = statement<RunningLook>('look_running')((db, { at, as }) => {
  const job = lockedJobOfAttempt(db, at('id'));
  const isRunning = sql`${at('phase')}::text = 'running'`;
  const progress = as('progress', jobs.progress);
  const seen = db.$with('seen').as(
    db
      .update(attempts)
      .set({ polls: ONE_MORE, phase: as('phase', attempts.phase), progress, doubt: null })
      .from(job)
      .where(and(eq(attempts.id, at('id')), eq(attempts.jobId, job.id), isNull(attempts.verdict)))
      .returning({ jobId: attempts.jobId }),
  );
  const starts = sql`${jobs.state} = 'queued' AND ${isRunning}`;
  const shown = db.$with('shown').as(
    db
      .update(jobs)
      .set({
        state: sql`CASE WHEN ${starts} THEN 'running' ELSE ${jobs.state} END`,
        progress,
        updatedAt: as('at', jobs.updatedAt),
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
  const event = {
    id: as('eventId', events.id),
    workspaceId: sql`${job.workspaceId}`,
    jobId: sql`${job.id}`,
    type: 'job.running',
    at: as('at', events.at),
  };
  const begun = sql`${job} JOIN ${seen} ON ${seen.jobId} = ${job.id} WHERE ${job.state} = 'queued' AND ${isRunning}`;
  const told = db.$with('started', {}).as(insertFrom(events, event, begun));
  return db.with(job, seen, shown, told).select({ jobId: seen.jobId }).from(seen);
});
