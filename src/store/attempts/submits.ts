import { and, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { SQLWrapper } from 'drizzle-orm';
import { newId } from '../../core/job/ids';
import type { Attempt } from '../../core/provider/attempt';
import type { Reply } from '../../core/provider/exchange';
import type { SubmitReading } from '../../core/provider/provider';
import { ATTEMPT, toAttempt } from './attempt-row';
import type { AttemptRow } from './attempt-row';
import type { Database, Transaction } from '../base/database';
import { insertFrom } from '../base/insert-from';
import { isErased } from './late';
import { lockJobOfAttempt, lockedJobOfAttempt } from '../jobs/lock-job';
import { replyColumns } from './replies';
import { attempts, events, jobs } from '../schema';
import { statement } from '../base/statement';
import type { Places } from '../base/statement';

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

async function writeSubmit(db: Database, record: SubmitRecord): Promise<Attempt> {
  const { id, reading, now, send } = record;
  const [row] = await (send === undefined ? HEARD : ANSWERED)[reading.state](db, {
    id,
    send: send ?? null,
    ...valuesOf(reading, new Date(now)),
    ...replyColumns(reading.reply),
    eventId: newId(),
  });
  return row ? toAttempt(row) : recordedBefore(db, record);
}

/** What one reading writes; what its state does not write is null. */
interface SubmitValues extends ReturnType<typeof replyColumns> {
  id: string;
  /** The number of the send that was answered; null where a callback or a lookup brought the reading. */
  send: number | null;
  operation: AttemptRow['operation'];
  refusal: AttemptRow['refusal'];
  at: Date;
  eventId: string;
}

function valuesOf(
  reading: SubmitReading,
  at: Date,
): Pick<SubmitValues, 'operation' | 'refusal' | 'at'> {
  switch (reading.state) {
    case 'accepted':
      return { at, operation: reading.operation, refusal: null };
    case 'refused': {
      const { scope, until, failure, retryAfterMs } = reading;
      const retryAt = retryAfterMs === undefined ? {} : { retryAt: at.getTime() + retryAfterMs };
      const refusal = { scope, ...(until ? { until } : {}), failure, ...retryAt };
      return { at, operation: null, refusal };
    }
    case 'unknown':
      return { at, operation: null, refusal: null };
  }
}

type State = SubmitReading['state'];

/** ONE statement: the attempt, what the job's callers see of it, and the event. */
const recordOf = (state: State, isAnswer: boolean) =>
  statement<SubmitValues>(`submit_${state}${isAnswer ? '' : '_heard'}`)((db, places) => {
    const { at, as } = places;
    const job = lockedJobOfAttempt(db, at('id'));
    const isOpenSend = and(
      eq(attempts.id, at('id')),
      inArray(attempts.state, ['sending', 'unknown']),
      isAnswer ? eq(attempts.sends, at('send')) : undefined,
    );
    const written = db.$with('written').as(
      db
        .update(attempts)
        .set({ ...attemptColumns(state, places), ...submitReplyColumns(places) })
        .from(job)
        .where(and(isOpenSend, eq(attempts.jobId, job.id)))
        .returning(ATTEMPT),
    );
    const shown = db.$with('shown').as(
      db
        .update(jobs)
        .set(jobColumns(state, places, written))
        .from(written)
        .where(and(eq(jobs.id, written.jobId), isShown(state)))
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
    const event = {
      id: as('eventId', events.id),
      workspaceId: sql`${written.workspaceId}`,
      jobId: sql`${written.jobId}`,
      type: `attempt.${state}`,
      data: sql`jsonb_build_object('attempt', ${written.number}, 'provider', ${written.provider}, 'channel', ${written.channel})`,
      at: as('at', events.at),
    };
    const told = db.$with('told', {}).as(insertFrom(events, event, sql`${written}`));
    return db.with(job, written, shown, blanked, told).select().from(written);
  });

const recordsOf = (isAnswer: boolean) => ({
  accepted: recordOf('accepted', isAnswer),
  refused: recordOf('refused', isAnswer),
  unknown: recordOf('unknown', isAnswer),
});

/** Records of answers to a send of ours, and of what a callback or a lookup told about a send. */
const ANSWERED = recordsOf(true);
const HEARD = recordsOf(false);

/** The acceptance stays as it is; a callback that brought it was only faster than the provider's own answer. */
async function recordedBefore(db: Database, record: SubmitRecord): Promise<Attempt> {
  const { id, reading, send } = record;
  const { reply } = reading;
  if (reading.state !== 'accepted' || !reply) return unchanged(db, id);
  return db.transaction(async (tx) => {
    await lockJobOfAttempt(tx, id);
    const { status, type, body } = replyColumns(reply);
    await tx
      .update(attempts)
      .set({ submitReplyStatus: status, submitReplyType: type, submitReplyBody: body })
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

const submitReplyColumns = ({ as }: Places<SubmitValues>) => ({
  submitReplyStatus: as('status', attempts.submitReplyStatus),
  submitReplyType: as('type', attempts.submitReplyType),
  submitReplyBody: as('body', attempts.submitReplyBody),
});

function attemptColumns(state: State, { as }: Places<SubmitValues>) {
  switch (state) {
    case 'accepted': {
      const operation = as('operation', attempts.operation);
      return {
        state: 'accepted' as const,
        operation,
        operationKey: sql`md5(${operation}::jsonb::text)`,
        acceptedAt: as('at', attempts.acceptedAt),
      };
    }
    case 'refused':
      return { state: 'refused' as const, refusal: as('refusal', attempts.refusal) };
    case 'unknown':
      return { state: 'unknown' as const };
  }
}

/** What comes after the end is kept on the attempt; the job stays as callers saw it. */
const isShown = (state: State) =>
  and(
    isNull(jobs.finishedAt),
    // A refusal of a submit that was never in doubt changes nothing, and waits for nobody.
    state === 'refused' ? isNotNull(jobs.inDoubtSince) : undefined,
  );

/** What the job's callers see of it: who makes the video, or that nobody knows yet whether anybody does. */
function jobColumns(
  state: State,
  { as }: Places<SubmitValues>,
  { provider, channel }: { provider: SQLWrapper; channel: SQLWrapper },
) {
  const updatedAt = as('at', jobs.updatedAt);
  switch (state) {
    case 'accepted':
      return {
        inDoubtSince: null,
        startedAt: as('at', jobs.startedAt),
        updatedAt,
        provider: sql`${provider}`,
        channel: sql`${channel}`,
      };
    case 'refused':
      return { inDoubtSince: null };
    case 'unknown':
      return { inDoubtSince: as('at', jobs.inDoubtSince), updatedAt };
  }
}
