import { eq, sql } from 'drizzle-orm';
import { newId } from '../core/job/ids';
import type { Job } from '../core/job/job';
import type { StoredReply } from '../core/provider/native';
import type { RenderEnd, SettleResult } from '../core/ports/store/jobs';
import { toAttempt } from './attempt-row';
import type { Transaction } from './database';
import { reported } from './reported';
import { attempts, deliveries, events, keeps, ledger, usage } from './schema';

/** A whole row of an attempt, with the provider's replies. */
export type WholeAttemptRow = typeof attempts.$inferSelect;

interface End {
  job: Job;
  attempt: WholeAttemptRow | undefined;
  /** The provider's, where it is what ended the job. */
  reply: StoredReply | undefined;
  now: number;
  renderCallback: RenderEnd;
}

/**
 * Writes every row that follows from an end, in ONE statement: usage, the end of the hold, the event, the message to the
 * caller's callback URL, the copy to be made of the result, and the attempt's last word.
 */
export async function announce(tx: Transaction, end: End): Promise<SettleResult> {
  const { job } = end;
  const eventId = newId();
  const at = new Date(end.now);
  const event = {
    id: eventId,
    workspaceId: job.workspaceId,
    jobId: job.id,
    type: `job.ended.${job.state}`,
    data: job.failure ? { code: job.failure.code } : {},
    at,
  };
  const message = messageOf(end, eventId);
  const keep = job.outputs.length > 0;
  const rows = [
    tx.insert(usage).values(usageOf(job)),
    tx.insert(ledger).values(ledgerEntryOf(job)),
    tx.insert(events).values(event),
    ...(message ? [tx.insert(deliveries).values(message)] : []),
    ...(keep
      ? [tx.insert(keeps).values({ jobId: job.id, workspaceId: job.workspaceId, createdAt: at })]
      : []),
    ...lastWordOf(tx, end.attempt),
  ];
  const parts = rows.map(
    (row, index) => sql`${sql.identifier(`row_${String(index)}`)} AS (${row.getSQL()})`,
  );
  await tx.execute(sql`WITH ${sql.join(parts, sql`, `)} SELECT`);
  return { job, deliveryIds: message ? [message.id] : [], keep };
}

function messageOf({ job, attempt, reply, now, renderCallback }: End, eventId: string) {
  if (!job.callbackUrl) return undefined;
  const shown = attempt && toAttempt(attempt);
  return {
    id: newId(),
    workspaceId: job.workspaceId,
    jobId: job.id,
    eventId,
    url: job.callbackUrl,
    body: Buffer.from(renderCallback({ job, attempt: shown, eventId, reply })),
    contentType: 'application/json',
    state: 'pending' as const,
    createdAt: new Date(now),
  };
}

/** Zeros when nothing was used. */
function usageOf(job: Job): typeof usage.$inferInsert {
  return {
    jobId: job.id,
    workspaceId: job.workspaceId,
    keyId: job.keyId,
    model: job.model,
    provider: job.provider,
    state: job.state,
    ...reported(job.usage),
    charged: job.charged ?? 0n,
    at: new Date(job.finishedAt ?? 0),
  };
}

function ledgerEntryOf(job: Job): typeof ledger.$inferInsert {
  const charged = job.charged ?? 0n;
  return {
    workspaceId: job.workspaceId,
    jobId: job.id,
    keyId: job.keyId,
    kind: job.state === 'succeeded' || charged > 0n ? 'settle' : 'release',
    available: job.price - charged,
    held: -job.price,
    spent: charged,
    idempotencyKey: `end:${job.id}`,
    at: new Date(job.finishedAt ?? 0),
  };
}

/** Shows the provider's last word, or nothing where there is no verdict: what was shown before is not true any more. */
function lastWordOf(tx: Transaction, attempt: WholeAttemptRow | undefined) {
  if (!attempt || (!attempt.verdict && attempt.replyStatus === null)) return [];
  const last = {
    replyStatus: attempt.finalReplyStatus,
    replyType: attempt.finalReplyType,
    replyBody: attempt.finalReplyBody,
  };
  return [tx.update(attempts).set(last).where(eq(attempts.id, attempt.id))];
}

/** What an earlier settle of this job left to be started. */
export async function settledBefore(tx: Transaction, job: Job): Promise<SettleResult> {
  const open = await tx
    .select({ id: deliveries.id, started: deliveries.workflowStartedAt })
    .from(deliveries)
    .where(eq(deliveries.jobId, job.id));
  const [kept] = await tx.select().from(keeps).where(eq(keeps.jobId, job.id));
  return {
    job,
    deliveryIds: open.filter((row) => row.started === null).map((row) => row.id),
    keep: kept !== undefined && kept.workflowStartedAt === null,
  };
}
