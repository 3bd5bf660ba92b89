import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Doubt } from '../core/provider/attempt';
import type { Reply } from '../core/provider/exchange';
import { givenIdsOf, withGivenIds } from '../core/job/given-id';
import { newId } from '../core/job/ids';
import { isFinal } from '../core/job/outcome';
import type { FinalVerdict, Verdict } from '../core/job/outcome';
import type { Database, Transaction } from './database';
import { bookLate } from './late';
import { lockJobOfAttempt } from './lock-job';
import { replyColumns } from './replies';
import { attempts, deliveries, events, jobs } from './schema';

/** What one look at a provider changes in the rows. */

type Running = Extract<Verdict, { state: 'running' }>;

/** A final verdict is written once and stays; a running look after it changes nothing. */
export async function recordLook(
  db: Database,
  id: string,
  look: { verdict: Verdict; reply: Reply | undefined; now: number },
): Promise<string[]> {
  const { verdict } = look;
  const at = new Date(look.now);
  return db.transaction(async (tx) => {
    // A verdict is stored either before settle looks for it, or after a job's end without a word, where it is late.
    const isLate = (await lockJobOfAttempt(tx, id))?.watchedUntil != null;
    if (isFinal(verdict)) {
      await recordFinal(tx, id, { verdict, reply: look.reply, at, isLate });
      return [];
    }
    // Of a job that was given up callers read our word; that the provider still works on it is none of theirs.
    const reply = isLate ? undefined : look.reply;
    return recordRunning(tx, id, { verdict, reply, at });
  });
}

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

const ONE_MORE = sql`${attempts.polls} + 1`;

async function recordFinal(
  tx: Transaction,
  id: string,
  look: { verdict: FinalVerdict; reply: Reply | undefined; at: Date; isLate: boolean },
): Promise<void> {
  const { verdict, at, isLate } = look;
  const reply = replyColumns(look.reply);
  const [told] = await tx
    .update(attempts)
    .set({
      polls: ONE_MORE,
      verdict,
      finalReplyStatus: reply.status,
      finalReplyType: reply.type,
      finalReplyBody: reply.body,
    })
    .where(and(eq(attempts.id, id), isNull(attempts.verdict)))
    .returning();
  if (told && isLate) await bookLate(tx, told, verdict, at);
}

async function recordRunning(
  tx: Transaction,
  id: string,
  { verdict, reply, at }: { verdict: Running; reply: Reply | undefined; at: Date },
): Promise<string[]> {
  const { phase } = verdict;
  const { status, type, body } = replyColumns(reply);
  const progress = wholePercent(verdict.progress);
  const [row] = await tx
    .update(attempts)
    .set({
      polls: ONE_MORE,
      phase,
      progress,
      doubt: null,
      replyStatus: status,
      replyType: type,
      replyBody: body,
    })
    .where(and(eq(attempts.id, id), isNull(attempts.verdict)))
    .returning({ jobId: attempts.jobId, workspaceId: attempts.workspaceId });
  if (!row) return [];
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
  return reply ? tellState(tx, row, { phase, body: Buffer.from(reply.body), at }) : [];
}

/** Its caller speaks the provider's own API, and not only a body of it. */
const isPassedThrough = sql`${jobs.native} ->> 'wire' = ${jobs.dialect}`;

/** Callers of a pass-through dialect hear of every state that the provider shows, once, in the provider's own words. */
async function tellState(
  tx: Transaction,
  ids: { jobId: string; workspaceId: string },
  { phase, body, at }: { phase: Running['phase']; body: Buffer; at: Date },
): Promise<string[]> {
  const [job] = await tx
    .select({ url: jobs.callbackUrl, givenId: jobs.givenId, native: jobs.native })
    .from(jobs)
    .where(and(eq(jobs.id, ids.jobId), isPassedThrough, isNull(jobs.finishedAt)));
  if (!job?.url) return [];
  const [told] = await tx
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(deliveries.jobId, ids.jobId), inArray(deliveries.about, [phase, 'running'])))
    .limit(1);
  if (told) return [];
  const eventId = newId();
  await tx.insert(events).values({ id: eventId, ...ids, type: `provider.${phase}`, at });
  const [delivery] = await tx
    .insert(deliveries)
    .values({
      id: newId(),
      ...ids,
      url: job.url,
      eventId,
      body: Buffer.from(withGivenIds({ body }, givenIdsOf(job)).body),
      contentType: 'application/json',
      state: 'pending',
      createdAt: at,
      about: phase,
    })
    .returning({ id: deliveries.id });
  return delivery ? [delivery.id] : [];
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
