import { and, eq, sql } from 'drizzle-orm';
import { newId } from '../../core/job/ids';
import type { Transaction } from '../base/database';
import { attempts, events, jobs } from '../schema';

/** What every look that is stored does to the rows of a job that runs. */
export const ONE_MORE = sql`${attempts.polls} + 1`;

export async function startRunning(
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
