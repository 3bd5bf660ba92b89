import { and, eq, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Attempt } from '../../core/provider/attempt';
import type { AttemptStore } from '../../core/ports/store/attempts';
import { ATTEMPT, toAttempt } from './attempt-row';
import type { AttemptRow } from './attempt-row';
import type { Database } from '../base/database';
import { columnsOf, insertFrom } from '../base/insert-from';
import type { JobRow } from '../jobs/job-row';
import { lockJobOfAttempt, lockedJob } from '../jobs/lock-job';
import { attempts, jobs } from '../schema';
import { statement } from '../base/statement';

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
  const [row] = await OPEN(db, {
    ...rest,
    jobId: job.id,
    workspaceId: job.workspaceId,
    requestId: job.requestId ?? null,
    sendingAt: new Date(sendingAt),
    sendDeadline: new Date(sendDeadline),
  });
  return row ? toAttempt(row) : null;
}

type OpenValues = Omit<NewAttempt, 'job' | 'sendingAt' | 'sendDeadline'> &
  Pick<AttemptRow, 'jobId' | 'workspaceId' | 'requestId' | 'sendingAt' | 'sendDeadline'>;

const OPEN = statement<OpenValues>('attempt_open')((db, { at, as }) => {
  const wanted = and(
    eq(jobs.id, at('jobId')),
    isNull(jobs.finishedAt),
    isNull(jobs.cancelRequestedAt),
  );
  const locked = lockedJob(db, wanted);
  const row = {
    id: as('id', attempts.id),
    jobId: as('jobId', attempts.jobId),
    workspaceId: as('workspaceId', attempts.workspaceId),
    number: as('number', attempts.number),
    channel: as('channel', attempts.channel),
    provider: as('provider', attempts.provider),
    model: as('model', attempts.model),
    billed: as('billed', attempts.billed),
    callbackTokenHash: as('callbackTokenHash', attempts.callbackTokenHash),
    state: 'sending' as const,
    sendingAt: as('sendingAt', attempts.sendingAt),
    sendDeadline: as('sendDeadline', attempts.sendDeadline),
    requestId: as('requestId', attempts.requestId),
  };
  const returned = columnsOf(Object.values(ATTEMPT));
  const inserted = sql`${insertFrom(attempts, row, sql`${locked}`)} ON CONFLICT (job_id, number) DO NOTHING RETURNING ${returned}`;
  const opened = db.$with('opened', ATTEMPT).as(inserted);
  return db.with(locked, opened).select().from(opened);
});

export const reopenAttempt = (db: Database, id: string, times: SendTimes) =>
  sendAgain(db, { id, times, from: eq(attempts.state, 'refused') });

export const repeatAttempt = (db: Database, id: string, times: SendTimes) =>
  sendAgain(db, {
    id,
    times,
    from: and(eq(attempts.state, 'unknown'), isNull(attempts.repeatedAt)),
    repeatedAt: new Date(times.sendingAt),
  });

/** Turns an attempt that stands as `from` says into a sending one, under the lock of its job. */
async function sendAgain(
  db: Database,
  {
    id,
    times,
    from,
    repeatedAt,
  }: { id: string; times: SendTimes; from: SQL | undefined; repeatedAt?: Date },
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
        ...(repeatedAt ? { repeatedAt } : {}),
      })
      .where(and(eq(attempts.id, id), from))
      .returning({ sends: attempts.sends });
    return changed[0]?.sends;
  });
}

const isWanted = (job: JobRow | undefined): boolean =>
  job?.finishedAt === null && job.cancelRequestedAt === null;
