import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Reply } from '../core/exchange';
import { newId } from '../core/ids';
import { isFinal } from '../core/outcome';
import type { Verdict } from '../core/outcome';
import type { Attempt, AttemptStore } from '../core/store';
import type { SubmitReading } from '../core/provider';
import type { Database } from './database';
import { attempts, events, jobs } from './schema';

type AttemptRow = typeof attempts.$inferSelect;

export function attemptStore(db: Database): AttemptStore {
  return {
    async latest(jobId) {
      const [row] = await db
        .select()
        .from(attempts)
        .where(eq(attempts.jobId, jobId))
        .orderBy(desc(attempts.number))
        .limit(1);
      return row && toAttempt(row);
    },
    async open({ id, job, sendingAt, sendDeadline, ...rest }) {
      const [row] = await db
        .insert(attempts)
        .values({
          id,
          jobId: job.id,
          workspaceId: job.workspaceId,
          state: 'sending',
          sendingAt: new Date(sendingAt),
          sendDeadline: new Date(sendDeadline),
          ...rest,
        })
        .onConflictDoNothing({ target: [attempts.jobId, attempts.number] })
        .returning();
      return row ? toAttempt(row) : null;
    },
    async reopen(id, times) {
      const changed = await db
        .update(attempts)
        .set({
          state: 'sending',
          refusal: null,
          callbackTokenHash: times.callbackTokenHash,
          sendingAt: new Date(times.sendingAt),
          sendDeadline: new Date(times.sendDeadline),
          sends: sql`${attempts.sends} + 1`,
        })
        .where(and(eq(attempts.id, id), eq(attempts.state, 'refused')))
        .returning({ id: attempts.id });
      return changed.length > 0;
    },
    recordSubmit: (id, reading, now) => recordSubmit(db, id, reading, now),
    recordLook: (id, look) => recordLook(db, id, look),
    async byCallbackToken(hash) {
      const [row] = await db.select().from(attempts).where(eq(attempts.callbackTokenHash, hash));
      return row && toAttempt(row);
    },
    usualMs: (provider, model) => usualMs(db, provider, model),
  };
}

function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id,
    jobId: row.jobId,
    workspaceId: row.workspaceId,
    number: row.number,
    provider: row.provider,
    channel: row.channel,
    model: row.model,
    state: row.state,
    refusal: row.refusal ?? undefined,
    sendingAt: row.sendingAt.getTime(),
    sendDeadline: row.sendDeadline.getTime(),
    sends: row.sends,
    operation: row.operation ?? undefined,
    acceptedAt: row.acceptedAt?.getTime(),
    phase: row.phase,
    progress: row.progress,
    polls: row.polls,
    verdict: row.verdict ?? undefined,
  };
}

async function recordSubmit(
  db: Database,
  id: string,
  reading: SubmitReading,
  now: number,
): Promise<Attempt> {
  const at = new Date(now);
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(attempts)
      .set(submitColumns(reading, at))
      .where(and(eq(attempts.id, id), inArray(attempts.state, ['sending', 'unknown'])))
      .returning();
    if (!row) {
      const [unchanged] = await tx.select().from(attempts).where(eq(attempts.id, id));
      if (!unchanged) throw new Error(`no attempt ${id}`);
      return toAttempt(unchanged);
    }
    if (reading.state === 'accepted') {
      await tx
        .update(jobs)
        .set({ startedAt: at, updatedAt: at, provider: row.provider, channel: row.channel })
        .where(eq(jobs.id, row.jobId));
    }
    await tx.insert(events).values({
      id: newId(),
      workspaceId: row.workspaceId,
      jobId: row.jobId,
      type: `attempt.${reading.state}`,
      data: { attempt: row.number, provider: row.provider, channel: row.channel },
      at,
    });
    return toAttempt(row);
  });
}

function submitColumns(reading: SubmitReading, at: Date): Partial<AttemptRow> {
  switch (reading.state) {
    case 'accepted':
      return { state: 'accepted', operation: reading.operation, acceptedAt: at };
    case 'refused': {
      const { scope, failure, retryAfterMs } = reading;
      const retryAt = retryAfterMs === undefined ? {} : { retryAt: at.getTime() + retryAfterMs };
      return { state: 'refused', refusal: { scope, failure, ...retryAt } };
    }
    case 'unknown':
      return { state: 'unknown' };
  }
}

/** A final verdict is written once and stays; a running look after it changes nothing. */
async function recordLook(
  db: Database,
  id: string,
  look: { verdict: Verdict; reply: Reply | undefined; now: number },
): Promise<void> {
  const { verdict, reply } = look;
  const at = new Date(look.now);
  await db.transaction(async (tx) => {
    const polls = sql`${attempts.polls} + 1`;
    if (isFinal(verdict)) {
      await tx
        .update(attempts)
        .set({
          polls,
          verdict,
          finalReplyStatus: reply?.status ?? null,
          finalReplyType: reply?.headers['content-type'] ?? null,
          finalReplyBody: reply ? Buffer.from(reply.body) : null,
        })
        .where(and(eq(attempts.id, id), isNull(attempts.verdict)));
      return;
    }
    const { phase, progress } = verdict;
    const [row] = await tx
      .update(attempts)
      .set({
        polls,
        phase,
        progress,
        replyStatus: reply?.status ?? null,
        replyType: reply?.headers['content-type'] ?? null,
        replyBody: reply ? Buffer.from(reply.body) : null,
      })
      .where(and(eq(attempts.id, id), isNull(attempts.verdict)))
      .returning({ jobId: attempts.jobId, workspaceId: attempts.workspaceId });
    if (!row) return;
    if (phase === 'running') {
      const started = await tx
        .update(jobs)
        .set({ state: 'running' })
        .where(and(eq(jobs.id, row.jobId), eq(jobs.state, 'queued')))
        .returning({ id: jobs.id });
      if (started.length > 0) {
        await tx.insert(events).values({ id: newId(), ...row, type: 'job.running', at });
      }
    }
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
  });
}

const USUAL_SAMPLE = 20;
const USUAL_SAMPLE_MIN = 5;

async function usualMs(db: Database, provider: string, model: string): Promise<number | undefined> {
  const result = await db.execute<{ median: number | null; n: number }>(sql`
    SELECT count(*)::int AS n,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY took)::float8 AS median
    FROM (SELECT extract(epoch FROM j.finished_at - a.accepted_at) * 1000 AS took
          FROM attempts a JOIN jobs j ON j.id = a.job_id
          WHERE a.provider = ${provider} AND a.model = ${model}
            AND a.verdict IS NOT NULL AND j.state = 'succeeded'
          ORDER BY a.accepted_at DESC LIMIT ${USUAL_SAMPLE}) recent`);
  const row = result.rows[0];
  return row && row.n >= USUAL_SAMPLE_MIN && row.median !== null ? row.median : undefined;
}
