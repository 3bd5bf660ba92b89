import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Reply } from '../core/exchange';
import { newId } from '../core/ids';
import { isFinal } from '../core/outcome';
import type { FinalVerdict, Verdict } from '../core/outcome';
import type { Database, Transaction } from './database';
import { bookLate, lockForLook } from './late';
import { attempts, events, jobs } from './schema';

/** What one look at a provider changes in the rows. */

type Running = Extract<Verdict, { state: 'running' }>;

/** A final verdict is written once and stays; a running look after it changes nothing. */
export async function recordLook(
  db: Database,
  id: string,
  look: { verdict: Verdict; reply: Reply | undefined; now: number },
): Promise<void> {
  const { verdict, reply } = look;
  const at = new Date(look.now);
  await db.transaction(async (tx) => {
    const isLate = await lockForLook(tx, id);
    if (isFinal(verdict)) await recordFinal(tx, id, { verdict, reply, at, isLate });
    else await recordRunning(tx, id, { verdict, reply, at });
  });
}

const ONE_MORE = sql`${attempts.polls} + 1`;

async function recordFinal(
  tx: Transaction,
  id: string,
  look: { verdict: FinalVerdict; reply: Reply | undefined; at: Date; isLate: boolean },
): Promise<void> {
  const { verdict, reply, at, isLate } = look;
  const [told] = await tx
    .update(attempts)
    .set({
      polls: ONE_MORE,
      verdict,
      finalReplyStatus: reply?.status ?? null,
      finalReplyType: reply?.headers['content-type'] ?? null,
      finalReplyBody: reply ? Buffer.from(reply.body) : null,
    })
    .where(and(eq(attempts.id, id), isNull(attempts.verdict)))
    .returning();
  if (told && isLate) await bookLate(tx, told, verdict, at);
}

async function recordRunning(
  tx: Transaction,
  id: string,
  { verdict, reply, at }: { verdict: Running; reply: Reply | undefined; at: Date },
): Promise<void> {
  const { phase } = verdict;
  const progress = wholePercent(verdict.progress);
  const [row] = await tx
    .update(attempts)
    .set({
      polls: ONE_MORE,
      phase,
      progress,
      replyStatus: reply?.status ?? null,
      replyType: reply?.headers['content-type'] ?? null,
      replyBody: reply ? Buffer.from(reply.body) : null,
    })
    .where(and(eq(attempts.id, id), isNull(attempts.verdict)))
    .returning({ jobId: attempts.jobId, workspaceId: attempts.workspaceId });
  if (!row) return;
  if (phase === 'running') await startRunning(tx, row, at);
  await tx
    .update(jobs)
    .set({ progress, updatedAt: at })
    .where(
      and(
        eq(jobs.id, row.jobId),
        isNull(jobs.finishedAt),
        sql`${jobs.progress} IS DISTINCT FROM ${progress}`,
      ),
    );
}

async function startRunning(
  tx: Transaction,
  ids: { jobId: string; workspaceId: string },
  at: Date,
): Promise<void> {
  const started = await tx
    .update(jobs)
    .set({ state: 'running', updatedAt: at })
    .where(and(eq(jobs.id, ids.jobId), eq(jobs.state, 'queued')))
    .returning({ id: jobs.id });
  if (started.length > 0) {
    await tx.insert(events).values({ id: newId(), ...ids, type: 'job.running', at });
  }
}

/** Providers report `33.3` as well; what is no number is no progress. */
function wholePercent(progress: number | null): number | null {
  if (progress === null || Number.isNaN(progress)) return null;
  return Math.min(100, Math.max(0, Math.round(progress)));
}
