import { eq } from 'drizzle-orm';
import { newId } from '../../core/job/ids';
import type { Job } from '../../core/job/job';
import type { Cost } from '../../core/money/charge';
import type { StoredReply } from '../../core/provider/native';
import type { RenderEnd, SettleResult } from '../../core/ports/store/jobs';
import { toAttempt } from '../attempts/attempt-row';
import type { Transaction } from '../base/database';
import { reported } from '../attempts/reported';
import { costColumns, storedCost } from '../money/costs';
import { deliveries, keeps } from '../schema';
import type { attempts } from '../schema';
import { statementOf } from './announce-rows';
import type { Parts, Values } from './announce-rows';

/** A whole row of an attempt, with the provider's replies. */
export type WholeAttemptRow = typeof attempts.$inferSelect;

interface End {
  job: Job;
  attempt: WholeAttemptRow | undefined;
  /** The provider's, where it is what ended the job. */
  reply: StoredReply | undefined;
  /** What it cost the operator's account; undefined where nobody knows. */
  cost: Cost | undefined;
  now: number;
  renderCallback: RenderEnd;
}

/** What a settle tells of the job itself. */
type Told = Omit<SettleResult, 'granted'>;

/**
 * Writes every row that follows from an end, in ONE statement: usage, the end of the hold, the event, the message to the
 * caller's callback URL, the copy to be made of the result, and the attempt's last word.
 */
export async function announce(tx: Transaction, end: End): Promise<Told> {
  const { job, attempt } = end;
  const eventId = newId();
  const message = messageOf(end, eventId);
  const parts: Parts = {
    tells: message !== undefined,
    keeps: job.outputs.length > 0,
    // Without a verdict nothing is shown: what was shown before the end is not true any more.
    shows: attempt !== undefined && (attempt.verdict !== null || attempt.replyStatus !== null),
  };
  await statementOf(parts)(tx, {
    ...{ jobId: job.id, workspaceId: job.workspaceId, keyId: job.keyId },
    ...{ model: job.model, provider: job.provider, state: job.state },
    ...{ ...reported(job.usage), charged: job.charged ?? 0n },
    ...{ channel: job.channel, ...costColumns(end.cost), cost: storedCost(end.cost) },
    ...ledgerEntryOf(job),
    ...{ eventId, type: `job.ended.${job.state}` },
    data: job.failure ? { code: job.failure.code } : {},
    now: new Date(end.now),
    at: new Date(job.finishedAt ?? 0),
    ...{ messageId: message?.id ?? null, url: message?.url ?? null, body: message?.body ?? null },
    attemptId: attempt?.id ?? null,
    replyStatus: attempt?.finalReplyStatus ?? null,
    replyType: attempt?.finalReplyType ?? null,
    replyBody: attempt?.finalReplyBody ?? null,
  });
  return { job, isNew: true, deliveryIds: message ? [message.id] : [], keep: parts.keeps };
}

function messageOf({ job, attempt, reply, renderCallback }: End, eventId: string) {
  if (!job.callbackUrl) return undefined;
  const shown = attempt && toAttempt(attempt);
  const body = Buffer.from(renderCallback({ job, attempt: shown, eventId, reply }));
  return { id: newId(), url: job.callbackUrl, body };
}

function ledgerEntryOf(job: Job): Pick<Values, 'kind' | 'available' | 'held' | 'spent' | 'endKey'> {
  const charged = job.charged ?? 0n;
  return {
    kind: job.state === 'succeeded' || charged > 0n ? 'settle' : 'release',
    available: job.price - charged,
    held: -job.price,
    spent: charged,
    endKey: `end:${job.id}`,
  };
}

/** What an earlier settle of this job left to be started. */
export async function settledBefore(tx: Transaction, job: Job): Promise<Told> {
  const open = await tx
    .select({ id: deliveries.id, started: deliveries.workflowStartedAt })
    .from(deliveries)
    .where(eq(deliveries.jobId, job.id));
  const [kept] = await tx.select().from(keeps).where(eq(keeps.jobId, job.id));
  return {
    job,
    isNew: false,
    deliveryIds: open.filter((row) => row.started === null).map((row) => row.id),
    keep: kept !== undefined && kept.workflowStartedAt === null,
  };
}
