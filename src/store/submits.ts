import { and, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { SQLWrapper } from 'drizzle-orm';
import { newId } from '../core/job/ids';
import type { Attempt } from '../core/provider/attempt';
import type { Reply } from '../core/provider/exchange';
import type { SubmitReading } from '../core/provider/provider';
import { ATTEMPT, toAttempt } from './attempt-row';
import type { Database, Transaction } from './database';
import { insertFrom } from './insert-from';
import { isErased } from './late';
import { lockJobOfAttempt, lockedJobOfAttempt } from './lock-job';
import { replyColumns } from './replies';
import { attempts, events, jobs } from './schema';

/** What came of a submit. */

interface SubmitRecord {
  id: string;
  reading: SubmitReading & { reply?: Reply };
  now: number;
  send: number | undefined;
}

/** A provider's job belongs to one attempt: whoever names another's leaves the submit in doubt. */
export async function recordSubmit(db: Database, record: SubmitRecord): Promise<Attempt> {
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

/** ONE statement: the attempt, what the job's callers see of it, and the event. */
async function writeSubmit(db: Database, record: SubmitRecord): Promise<Attempt> {
  const { id, reading, now, send } = record;
  const at = new Date(now);
  const job = lockedJobOfAttempt(db, id);
  const written = db.$with('written').as(
    db
      .update(attempts)
      .set({ ...submitColumns(reading, at), ...submitReplyColumns(reading.reply) })
      .from(job)
      .where(and(isOpenSend(id, send), eq(attempts.jobId, job.id)))
      .returning(ATTEMPT),
  );
  const shown = db.$with('shown').as(
    db
      .update(jobs)
      .set(jobColumns(reading, at, written))
      .from(written)
      .where(and(eq(jobs.id, written.jobId), isShown(reading)))
      .returning({ id: jobs.id }),
  );
  const blanked = db.$with('blanked').as(
    db
      .update(jobs)
      .set({ erasedAt: null })
      .from(written)
      // Never a row of `shown`: only finished jobs are deleted.
      .where(and(eq(jobs.id, written.jobId), isNotNull(jobs.finishedAt), isErased))
      .returning({ id: jobs.id }),
  );
  const told = db.$with('told', {}).as(
    insertFrom(
      events,
      {
        id: newId(),
        workspaceId: sql`${written.workspaceId}`,
        jobId: sql`${written.jobId}`,
        type: `attempt.${reading.state}`,
        data: sql`jsonb_build_object('attempt', ${written.number}, 'provider', ${written.provider}, 'channel', ${written.channel})`,
        at,
      },
      sql`${written}`,
    ),
  );
  const [row] = await db
    .with(job, written, shown, blanked, told)
    .select()
    .from(written)
    .prepare(`submit_${reading.state}${send === undefined ? '_named' : ''}`)
    .execute();
  return row ? toAttempt(row) : recordedBefore(db, record);
}

/** `send` undefined is a reading of no send of ours: a callback or a lookup brought it. */
const isOpenSend = (id: string, send: number | undefined) =>
  and(
    eq(attempts.id, id),
    inArray(attempts.state, ['sending', 'unknown']),
    send === undefined ? undefined : eq(attempts.sends, send),
  );

/** The acceptance stays as it is; a callback that brought it was only faster than the provider's own answer. */
async function recordedBefore(db: Database, record: SubmitRecord): Promise<Attempt> {
  const { id, reading, send } = record;
  const { reply } = reading;
  if (reading.state !== 'accepted' || !reply) return unchanged(db, id);
  return db.transaction(async (tx) => {
    await lockJobOfAttempt(tx, id);
    await tx
      .update(attempts)
      .set(submitReplyColumns(reply))
      .where(
        and(
          eq(attempts.id, id),
          eq(attempts.state, 'accepted'),
          isNull(attempts.submitReplyStatus),
          send === undefined ? undefined : eq(attempts.sends, send),
        ),
      );
    return unchanged(tx, id);
  });
}

async function unchanged(db: Database | Transaction, id: string): Promise<Attempt> {
  const [row] = await db.select(ATTEMPT).from(attempts).where(eq(attempts.id, id));
  if (!row) throw new Error(`no attempt ${id}`);
  return toAttempt(row);
}

function submitReplyColumns(reply: Reply | undefined) {
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

/** What comes after the end is kept on the attempt; the job stays as callers saw it. */
const isShown = ({ state }: SubmitReading) =>
  and(
    isNull(jobs.finishedAt),
    // A refusal of a submit that was never in doubt changes nothing, and waits for nobody.
    state === 'refused' ? isNotNull(jobs.inDoubtSince) : undefined,
  );

/** What the job's callers see of it: who makes the video, or that nobody knows yet whether anybody does. */
function jobColumns(
  { state }: SubmitReading,
  at: Date,
  { provider, channel }: { provider: SQLWrapper; channel: SQLWrapper },
) {
  switch (state) {
    case 'accepted':
      return {
        inDoubtSince: null,
        startedAt: at,
        updatedAt: at,
        provider: sql`${provider}`,
        channel: sql`${channel}`,
      };
    case 'refused':
      return { inDoubtSince: null };
    case 'unknown':
      return { inDoubtSince: at, updatedAt: at };
  }
}
