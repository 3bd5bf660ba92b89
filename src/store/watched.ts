import { desc, eq } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Watched } from '../core/ports/store/attempts';
import { ATTEMPT, toAttempt } from './attempt-row';
import type { Database } from './database';
import { attempts, jobs } from './schema';
import { isPassedThrough } from './shown-looks';

const JOB = {
  workflowId: jobs.workflowId,
  deadlineAt: jobs.deadlineAt,
  finishedAt: jobs.finishedAt,
  isPassedThrough,
};

/** Reads the latest attempt that the condition names, with what a look must know of its job, in one narrow read. */
export async function watched(
  db: Database,
  name: string,
  condition: SQL,
): Promise<Watched | undefined> {
  const [row] = await db
    .select({ attempt: ATTEMPT, job: JOB })
    .from(attempts)
    .innerJoin(jobs, eq(jobs.id, attempts.jobId))
    .where(condition)
    .orderBy(desc(attempts.number))
    .limit(1)
    .prepare(name)
    .execute();
  if (!row) return undefined;
  const { workflowId, deadlineAt, finishedAt } = row.job;
  return {
    attempt: toAttempt(row.attempt),
    job: {
      workflowId,
      deadlineAt: deadlineAt.getTime(),
      isOpen: finishedAt === null,
      passesThrough: row.job.isPassedThrough ?? false,
    },
  };
}
