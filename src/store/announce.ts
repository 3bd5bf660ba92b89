import { eq } from 'drizzle-orm';
import { newId } from '../core/job/ids';
import type { Job } from '../core/job/job';
import type { StoredReply } from '../core/provider/native';
import type { RenderEnd, SettleResult } from '../core/ports/store/jobs';
import type { Transaction } from './database';
import { deliveries, events, keeps } from './schema';

/** The rows that tell of an end: the event, the message to the caller's callback URL, the copy to be made of the result. */
export async function announce(
  tx: Transaction,
  job: Job,
  { now, renderCallback }: { now: number; renderCallback: RenderEnd },
  reply: StoredReply | undefined,
) {
  const at = new Date(now);
  const eventId = newId();
  await tx.insert(events).values({
    id: eventId,
    workspaceId: job.workspaceId,
    jobId: job.id,
    type: `job.ended.${job.state}`,
    data: job.failure ? { code: job.failure.code } : {},
    at,
  });
  const deliveryIds: string[] = [];
  if (job.callbackUrl) {
    const id = newId();
    await tx.insert(deliveries).values({
      id,
      workspaceId: job.workspaceId,
      jobId: job.id,
      eventId,
      url: job.callbackUrl,
      body: Buffer.from(renderCallback(job, eventId, reply)),
      contentType: 'application/json',
      state: 'pending',
      createdAt: at,
    });
    deliveryIds.push(id);
  }
  const keep = job.outputs.length > 0;
  if (keep) {
    await tx.insert(keeps).values({ jobId: job.id, workspaceId: job.workspaceId, createdAt: at });
  }
  return { job, deliveryIds, keep };
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
