import { desc, eq } from 'drizzle-orm';
import { decide } from '../../core/job/decide-end';
import type { End } from '../../core/job/decide-end';
import { isTerminal } from '../../core/job/job';
import type { FrozenRoute, Job } from '../../core/job/job';
import { chargedMost, uncollectedText } from '../../core/money/charge';
import type { StoredReply } from '../../core/provider/native';
import type { RenderEnd, SettleResult, SettleReason } from '../../core/ports/store/jobs';
import type { Caps } from '../../core/slots/caps';
import { endSlot } from '../slots/slots';
import { announce, settledBefore } from '../callbacks/announce';
import type { WholeAttemptRow } from '../callbacks/announce';
import type { Database, Transaction } from '../base/database';
import { toJob } from './job-row';
import type { JobRow } from './job-row';
import { endedAttempt, isLengthOpen } from './ended-attempt';
import { lockJob } from './lock-job';
import { lockedBalance } from '../money/funds';
import { toReply } from '../attempts/replies';
import { NOT_FETCHED } from '../results/keeps';
import { attempts, jobs } from '../schema';
import { statement } from '../base/statement';

/**
 * Ends a job in ONE transaction: state, outputs, usage, ledger, event, deliveries, keep. Safe to run any number of
 * times from anywhere: the first decides, every later call returns what the first did.
 */
export interface Settlement {
  id: string;
  reason: SettleReason;
  now: number;
  /** Pure; sees the job as callers will. */
  renderCallback: RenderEnd;
}

export interface SettleOptions {
  caps: Caps;
  /** A job that was given up is watched for at least this. */
  watchMinMs: number;
}

export async function settle(
  db: Database,
  { caps, watchMinMs }: SettleOptions,
  settlement: Settlement,
): Promise<SettleResult> {
  return db.transaction(async (tx) => {
    const row = await lockJob(tx, settlement.id);
    if (!row) throw new Error(`no job ${settlement.id}`);
    if (isTerminal(row.state)) return { ...(await settledBefore(tx, toJob(row))), granted: [] };

    const attempt = await latestAttempt(tx, settlement.id);
    const ended = attempt && endedAttempt(attempt, row);
    const isCancelWished = row.cancelRequestedAt !== null;
    const open = { ...row, isLengthOpen: isLengthOpen(row), isCancelWished };
    const end = decide(open, ended, settlement.reason);
    const charged = await chargedFor(tx, row, end.used);
    const now = new Date(settlement.now);
    const watchedUntil = isUnheard(row, end, attempt) ? watchEnd(row, now, watchMinMs) : null;
    const job = await finish(tx, { row, attempt, end, charged, now, watchedUntil });
    const reply = attempt && finalReplyOf(attempt);
    const told = await announce(tx, { ...settlement, job, attempt, reply, cost: end.cost });
    const keptUntil = attempt && mayStillRun(row, attempt) ? watchedUntil : null;
    return { ...told, granted: await endSlot(tx, caps, { jobId: job.id, keptUntil, now }) };
  });
}

/**
 * Says whether the job keeps its slot, since a provider may count it among those that run. A server of the operator's own
 * counts none: it has forgotten the job, or takes the next one when it is free.
 */
const mayStillRun = (
  { routes }: { routes: readonly FrozenRoute[] },
  { state, number }: Pick<WholeAttemptRow, 'state' | 'number'>,
): boolean => state !== 'refused' && routes[number - 1]?.selfHosted !== true;

async function latestAttempt(tx: Transaction, jobId: string): Promise<WholeAttemptRow | undefined> {
  const [attempt] = await LATEST(tx, { jobId });
  return attempt;
}

const LATEST = statement<{ jobId: string }>('attempt_latest')((db, { at }) =>
  db
    .select()
    .from(attempts)
    .where(eq(attempts.jobId, at('jobId')))
    .orderBy(desc(attempts.number))
    .limit(1),
);

type FinishValues = Pick<
  JobRow,
  | 'id'
  | 'state'
  | 'outputs'
  | 'usage'
  | 'made'
  | 'failure'
  | 'progress'
  | 'charged'
  | 'watchedUntil'
  | 'review'
> & { now: Date };

const FINISH = statement<FinishValues>('job_finish')((db, { at, as }) =>
  db
    .update(jobs)
    .set({
      state: as('state', jobs.state),
      outputs: as('outputs', jobs.outputs),
      usage: as('usage', jobs.usage),
      made: as('made', jobs.made),
      failure: as('failure', jobs.failure),
      progress: as('progress', jobs.progress),
      charged: as('charged', jobs.charged),
      finishedAt: as('now', jobs.finishedAt),
      updatedAt: as('now', jobs.updatedAt),
      watchedUntil: as('watchedUntil', jobs.watchedUntil),
      review: as('review', jobs.review),
    })
    .where(eq(jobs.id, at('id')))
    .returning(),
);

async function finish(
  tx: Transaction,
  {
    row,
    attempt,
    end,
    charged,
    now,
    watchedUntil,
  }: {
    row: JobRow;
    attempt: WholeAttemptRow | undefined;
    end: End;
    charged: bigint;
    now: Date;
    watchedUntil: Date | null;
  },
): Promise<Job> {
  const [finished] = await FINISH(tx, {
    id: row.id,
    state: end.state,
    outputs: end.outputs,
    usage: end.usage ?? null,
    made: end.made ?? null,
    failure: end.failure ?? null,
    progress: end.state === 'succeeded' ? 100 : row.progress,
    charged,
    now,
    watchedUntil,
    review:
      together(uncollectedText(end.used, charged), end.review, reviewOf(row, end, attempt)) ??
      row.review,
  });
  if (!finished) throw new Error(`job ${row.id} vanished`);
  return toJob(finished);
}

/**
 * Returns what the job is charged, in micro-points. Beyond the hold it is no more than a share of it, and only where the
 * workspace has that: then, and only then, its balance is read, under the lock that creates take.
 */
async function chargedFor(tx: Transaction, row: JobRow, used: bigint): Promise<bigint> {
  const most = chargedMost(row.price, row.pricing?.overHoldShare ?? '0');
  const wanted = used < most ? used : most;
  if (wanted <= row.price) return wanted;
  const { available } = await lockedBalance(tx, row.workspaceId);
  return available >= wanted - row.price ? wanted : row.price;
}

/** Joins what a person should look at; undefined where there is nothing. */
const together = (...notes: (string | undefined)[]): string | undefined =>
  notes.filter((note) => note !== undefined).join('; ') || undefined;

/** We ended it without the provider's word, which may still come. A refused submit is denied too, and has none. */
function isUnheard(
  row: JobRow,
  { failure: reason }: End,
  attempt: WholeAttemptRow | undefined,
): boolean {
  if (row.ruling && attempt && attempt.state !== 'refused' && !attempt.verdict) return true;
  switch (reason?.code) {
    case 'timed_out':
    case 'submission_unknown':
      return true;
    case 'provider_denied':
    case 'provider_lost':
      return attempt?.state === 'accepted' && !attempt.verdict;
    default:
      return false;
  }
}

/** One more deadline; a short one would be over before anybody has looked, or within a restart of ours. */
function watchEnd(row: JobRow, now: Date, watchMinMs: number): Date {
  const deadlineMs = row.deadlineAt.getTime() - row.createdAt.getTime();
  return new Date(now.getTime() + Math.max(deadlineMs, watchMinMs));
}

/** What a person should look at in a job that has ended. */
function reviewOf(row: JobRow, end: End, attempt: WholeAttemptRow | undefined): string | undefined {
  if (isLostByCancel(row, end)) return 'gone at the provider after a cancel';
  const verdict = attempt?.verdict;
  if (verdict?.state === 'succeeded' && verdict.unfetched !== undefined) {
    return `${NOT_FETCHED}${verdict.unfetched}`;
  }
  if (verdict?.state !== 'failed' || !verdict.undelivered) return undefined;
  const { code, provider } = verdict.failure;
  return `succeeded at the provider without a video: ${provider?.message ?? code}`;
}

/** A provider that deletes records where it cannot cancel leaves no proof whether it finished, and charged us. */
function isLostByCancel(row: JobRow, { failure: reason }: End): boolean {
  return reason?.code === 'provider_lost' && row.cancelRequestedAt !== null;
}

const finalReplyOf = (row: WholeAttemptRow): StoredReply | undefined =>
  toReply(row.finalReplyStatus, row.finalReplyType, row.finalReplyBody);
