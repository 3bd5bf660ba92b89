import { desc, eq, inArray, sql } from 'drizzle-orm';
import type { WatchedAttempt } from '../../core/ports/store/attempts';
import type { Pauses } from '../../core/ports/store/rates';
import { ATTEMPT, toAttempt } from './attempt-row';
import type { AttemptRow } from './attempt-row';
import type { Database } from '../base/database';
import type { JobRow } from '../jobs/job-row';
import { attempts, jobs } from '../schema';
import { isPassedThrough } from './shown-looks';
import { pauses } from '../rates/rates';
import { statement } from '../base/statement';

const JOB = {
  workflowId: jobs.workflowId,
  deadlineAt: jobs.deadlineAt,
  finishedAt: jobs.finishedAt,
  turnAt: jobs.turnAt,
  trace: jobs.trace,
  isPassedThrough,
};

/**
 * Makes the narrow read of the latest attempt whose column has a value, with what a look must know of its job.
 */
export function watchedBy(
  db: Database,
  name: string,
  column: typeof attempts.jobId | typeof attempts.callbackTokenHash,
): (value: string) => Promise<WatchedAttempt | undefined> {
  const read = statement<{ value: string }>(name)((on, { at }) =>
    on
      .select({ attempt: ATTEMPT, job: JOB, pauses })
      .from(attempts)
      .innerJoin(jobs, eq(jobs.id, attempts.jobId))
      .where(sql`${column} = ${at('value')}`)
      .orderBy(desc(attempts.number))
      .limit(1),
  );
  return async (value) => {
    const [row] = await read(db, { value });
    return row && toWatched(row);
  };
}

export async function watchedOf(
  db: Database,
  jobIds: readonly string[],
): Promise<WatchedAttempt[]> {
  const rows = await db
    .selectDistinctOn([attempts.jobId], { attempt: ATTEMPT, job: JOB, pauses })
    .from(attempts)
    .innerJoin(jobs, eq(jobs.id, attempts.jobId))
    .where(inArray(attempts.jobId, [...jobIds]))
    .orderBy(attempts.jobId, desc(attempts.number));
  return rows.map(toWatched);
}

interface Row {
  attempt: AttemptRow;
  pauses: Pauses | null;
  job: Pick<JobRow, 'workflowId' | 'deadlineAt' | 'finishedAt' | 'turnAt' | 'trace'> & {
    isPassedThrough: boolean | null;
  };
}

function toWatched(row: Row): WatchedAttempt {
  const { workflowId, deadlineAt, finishedAt, turnAt, trace } = row.job;
  return {
    attempt: toAttempt(row.attempt),
    pauses: row.pauses ?? {},
    job: {
      workflowId,
      deadlineAt: deadlineAt.getTime(),
      turnAt: turnAt?.getTime(),
      isOpen: finishedAt === null,
      passesThrough: row.job.isPassedThrough ?? false,
      trace: trace ?? undefined,
    },
  };
}
