import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { JobPlanSeed } from '../core/job/plan';
import type { StartStore } from '../core/ports/store/starts';
import type { Database } from './database';
import { jobs, workspaces } from './schema';

/** A job that is not started and has not ended; `jobs_unstarted` is the index of exactly these. */
export const isUnstarted = and(isNull(jobs.finishedAt), isNull(jobs.workflowStartedAt));

/** Nobody starts the job at that moment, as far as its row tells. */
export const isUnclaimed = (now: Date) =>
  or(isNull(jobs.startClaimedUntil), lt(jobs.startClaimedUntil, now));

/**
 * A claim waits for no lock, and the other statements take their rows in one order, so that none of them is part of a
 * circle of waits.
 */
export function startStore(db: Database): StartStore {
  return {
    claim: (now, until, limit) =>
      claimStarts(db, { now: new Date(now), until: new Date(until), limit }),
    async markStarted(ids, now) {
      if (ids.length === 0) return;
      await db
        .update(jobs)
        .set({ workflowStartedAt: new Date(now) })
        .where(and(eq(jobs.id, inOrder(ids)), isNull(jobs.workflowStartedAt)));
    },
    async putBack(ids, until) {
      if (ids.length === 0) return;
      await db
        .update(jobs)
        .set({ startClaimedUntil: new Date(until) })
        .where(and(eq(jobs.id, inOrder(ids)), isUnstarted));
    },
    async count(atMost) {
      const { rows } = await db.execute<{ count: number }>(sql`
        SELECT count(*)::int AS count FROM
          (SELECT FROM ${jobs} WHERE ${isUnstarted} LIMIT ${atMost}) AS unstarted`);
      return rows[0]?.count ?? 0;
    },
  };
}

async function claimStarts(
  db: Database,
  { now, until, limit }: { now: Date; until: Date; limit: number },
): Promise<JobPlanSeed[]> {
  const oldest = sql`
    SELECT ${jobs.id} FROM ${jobs}
    WHERE ${and(isUnstarted, isNull(jobs.review), isUnclaimed(now))}
    ORDER BY ${jobs.createdAt} LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`;
  const rows = await db
    .update(jobs)
    .set({ startClaimedUntil: until })
    .where(eq(jobs.id, sql`ANY(ARRAY(${oldest}))`))
    .returning({
      jobId: jobs.id,
      workflowId: jobs.workflowId,
      provider: jobs.provider,
      model: jobs.model,
      workspaceId: jobs.workspaceId,
      deadlineAt: jobs.deadlineAt,
      workspace: sql<string>`(SELECT ${workspaces.name} FROM ${workspaces} WHERE ${eq(workspaces.id, jobs.workspaceId)})`,
      channel: jobs.channel,
      dialect: jobs.dialect,
      price: jobs.price,
    });
  return rows
    .map(({ workspace, channel, dialect, price, deadlineAt, ...seed }) => ({
      ...seed,
      deadlineAt: deadlineAt.getTime(),
      label: { workspace, channel, dialect, price },
    }))
    .sort((one, other) => (one.jobId < other.jobId ? -1 : 1));
}

/** Locks rows of jobs by their ids, whose order is that of their creation. */
const inOrder = (ids: readonly string[]) => sql`ANY(ARRAY(
  SELECT ${jobs.id} FROM ${jobs} WHERE ${inArray(jobs.id, [...ids])}
  ORDER BY ${jobs.id} FOR NO KEY UPDATE))`;
