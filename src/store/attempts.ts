import { and, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { newId } from '../core/job/ids';
import { memo } from './memo';
import type { Attempt } from '../core/provider/attempt';
import type { AttemptStore } from '../core/ports/store/attempts';
import type { Reply } from '../core/provider/exchange';
import type { SubmitReading } from '../core/provider/provider';
import { toAttempt } from './attempt-row';
import type { AttemptRow } from './attempt-row';
import type { Database, Transaction } from './database';
import type { JobRow } from './job-row';
import { eraseAgain } from './late';
import { lockJob, lockJobOfAttempt } from './lock-job';
import { endDoubt, recordDoubt, recordLook } from './looks';
import { isKnown, replyColumns, saidOf } from './replies';
import { attempts, events, jobs } from './schema';

export function attemptStore(db: Database, options: { usualMemoMs: number }): AttemptStore {
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
      return db.transaction(async (tx) => {
        if (!isWanted(await lockJob(tx, job.id))) return null;
        if (await isOpened(tx, job.id, rest.number)) return null;
        const [row] = await tx
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
          .returning();
        if (!row) throw new Error('insert returned no row');
        return toAttempt(row);
      });
    },
    async reopen(id, times) {
      return db.transaction(async (tx) => {
        if (!isWanted(await lockJobOfAttempt(tx, id))) return undefined;
        const changed = await tx
          .update(attempts)
          .set({
            state: 'sending',
            refusal: null,
            ...submitReplyColumns(undefined),
            callbackTokenHash: times.callbackTokenHash,
            sendingAt: new Date(times.sendingAt),
            sendDeadline: new Date(times.sendDeadline),
            sends: sql`${attempts.sends} + 1`,
          })
          .where(and(eq(attempts.id, id), eq(attempts.state, 'refused')))
          .returning({ sends: attempts.sends });
        return changed[0]?.sends;
      });
    },
    recordSubmit: (id, reading, now, send) => recordSubmit(db, { id, reading, now, send }),
    recordLook: (id, look) => recordLook(db, id, look),
    recordDoubt: (id, doubt) => recordDoubt(db, id, doubt),
    endDoubt: (id) => endDoubt(db, id),
    async byCallbackToken(hash) {
      const [row] = await db.select().from(attempts).where(eq(attempts.callbackTokenHash, hash));
      return row && toAttempt(row);
    },
    isKnown: (provider, operation) => isKnown(db, provider, operation),
    said: (jobIds) => saidOf(db, jobIds),
    // Every look asks; what a model usually takes changes slowly.
    usualMs: memo((provider: string, model: string) => usualMs(db, provider, model), {
      keptMs: options.usualMemoMs,
      entriesMax: USUAL_ENTRIES_MAX,
      now: Date.now,
    }),
  };
}

/**
 * Is the locked job still to be sent? Whoever ends or cancels it waits, and then finds the attempt; whoever comes after
 * them finds the job unwanted. So no POST begins behind a cancel's back.
 */
function isWanted(job: JobRow | undefined): boolean {
  return job?.finishedAt === null && job.cancelRequestedAt === null;
}

/** The answer holds until the transaction ends, because the job is locked. */
async function isOpened(tx: Transaction, jobId: string, number: number): Promise<boolean> {
  const rows = await tx
    .select({ id: attempts.id })
    .from(attempts)
    .where(and(eq(attempts.jobId, jobId), eq(attempts.number, number)));
  return rows.length > 0;
}

interface SubmitRecord {
  id: string;
  reading: SubmitReading & { reply?: Reply };
  now: number;
  send: number | undefined;
}

/** A provider's job belongs to one attempt: whoever names another's leaves the submit in doubt. */
async function recordSubmit(db: Database, record: SubmitRecord): Promise<Attempt> {
  try {
    return await writeSubmit(db, record);
  } catch (error) {
    if (!isTaken(error)) throw error;
    // A callback or a lookup has told nothing; the answer to the POST itself is no answer.
    if (record.send === undefined) return unchanged(db, record.id);
    const reading = { state: 'unknown' as const, detail: 'the operation is another attempt’s' };
    return writeSubmit(db, { ...record, reading });
  }
}

const UNIQUE_VIOLATION = '23505';

function isTaken(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (typeof cause !== 'object' || cause === null) return false;
  const { code, constraint } = cause as { code?: unknown; constraint?: unknown };
  return code === UNIQUE_VIOLATION && constraint === 'attempts_one_per_operation';
}

async function writeSubmit(db: Database, record: SubmitRecord): Promise<Attempt> {
  const { id, reading, now, send } = record;
  const at = new Date(now);
  return db.transaction(async (tx) => {
    await lockJobOfAttempt(tx, id);
    const [row] = await tx
      .update(attempts)
      .set({ ...submitColumns(reading, at), ...submitReplyColumns(reading.reply) })
      .where(
        and(
          eq(attempts.id, id),
          inArray(attempts.state, ['sending', 'unknown']),
          send === undefined ? undefined : eq(attempts.sends, send),
        ),
      )
      .returning();
    if (!row) return recordedBefore(tx, record);
    await tx
      .update(jobs)
      .set(jobColumns(reading, row, at))
      // What comes after the end is kept on the attempt; the job stays as callers saw it.
      .where(
        and(
          eq(jobs.id, row.jobId),
          isNull(jobs.finishedAt),
          // A refusal of a submit that was never in doubt changes nothing, and waits for nobody.
          reading.state === 'refused' ? isNotNull(jobs.inDoubtSince) : undefined,
        ),
      );
    await tx.insert(events).values({
      id: newId(),
      workspaceId: row.workspaceId,
      jobId: row.jobId,
      type: `attempt.${reading.state}`,
      data: { attempt: row.number, provider: row.provider, channel: row.channel },
      at,
    });
    await eraseAgain(tx, row.jobId);
    return toAttempt(row);
  });
}

/** The acceptance stays as it is; a callback that brought it was only faster than the provider's own answer. */
async function recordedBefore(tx: Transaction, record: SubmitRecord): Promise<Attempt> {
  const { id, reading, send } = record;
  if (reading.state === 'accepted' && reading.reply) {
    await tx
      .update(attempts)
      .set(submitReplyColumns(reading.reply))
      .where(
        and(
          eq(attempts.id, id),
          eq(attempts.state, 'accepted'),
          isNull(attempts.submitReplyStatus),
          send === undefined ? undefined : eq(attempts.sends, send),
        ),
      );
  }
  return unchanged(tx, id);
}

async function unchanged(db: Database | Transaction, id: string): Promise<Attempt> {
  const [row] = await db.select().from(attempts).where(eq(attempts.id, id));
  if (!row) throw new Error(`no attempt ${id}`);
  return toAttempt(row);
}

function submitReplyColumns(reply: Reply | undefined): Partial<AttemptRow> {
  const { status, type, body } = replyColumns(reply);
  return { submitReplyStatus: status, submitReplyType: type, submitReplyBody: body };
}

function submitColumns(reading: SubmitReading, at: Date) {
  switch (reading.state) {
    case 'accepted':
      return {
        state: 'accepted' as const,
        operation: reading.operation,
        operationKey: sql`md5(${sql.param(reading.operation, attempts.operation)}::jsonb::text)`,
        acceptedAt: at,
      };
    case 'refused': {
      const { scope, until, failure, retryAfterMs } = reading;
      const retryAt = retryAfterMs === undefined ? {} : { retryAt: at.getTime() + retryAfterMs };
      return {
        state: 'refused' as const,
        refusal: { scope, ...(until ? { until } : {}), failure, ...retryAt },
      };
    }
    case 'unknown':
      return { state: 'unknown' as const };
  }
}

/** What the job's callers see of it: who makes the video, or that nobody knows yet whether anybody does. */
function jobColumns(
  { state }: SubmitReading,
  { provider, channel }: AttemptRow,
  at: Date,
): Partial<typeof jobs.$inferInsert> {
  if (state === 'unknown') return { inDoubtSince: at, updatedAt: at };
  const known = { inDoubtSince: null };
  return state === 'accepted'
    ? { ...known, startedAt: at, updatedAt: at, provider, channel }
    : known;
}

const USUAL_SAMPLE = 20;
const USUAL_SAMPLE_MIN = 5;
/** Pairs of provider and model: above what anybody configures. */
const USUAL_ENTRIES_MAX = 1_000;

async function usualMs(db: Database, provider: string, model: string): Promise<number | undefined> {
  const result = await db.execute<{ median: number | null; n: number }>(sql`
    SELECT count(*)::int AS n,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY took)::float8 AS median
    FROM (SELECT extract(epoch FROM j.finished_at - a.accepted_at) * 1000 AS took
          FROM attempts a JOIN jobs j ON j.id = a.job_id
          WHERE a.provider = ${provider} AND a.model = ${model}
            AND a.verdict ->> 'state' = 'succeeded' AND j.state = 'succeeded'
          ORDER BY a.accepted_at DESC LIMIT ${USUAL_SAMPLE}) recent`);
  const row = result.rows[0];
  return row && row.n >= USUAL_SAMPLE_MIN && row.median !== null ? row.median : undefined;
}
