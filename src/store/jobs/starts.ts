import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { SQL, SQLWrapper } from 'drizzle-orm';
import type { JobPlanSeed } from '../../core/job/plan';
import type { StartStore } from '../../core/ports/store/starts';
import type { Database } from '../base/database';
import { jobs, workspaces } from '../schema';
import { statement } from '../base/statement';

/** A job that is not started and has not ended; `jobs_unstarted` is the index of exactly these. */
export const isUnstarted = and(isNull(jobs.finishedAt), isNull(jobs.workflowStartedAt));

/** Nobody starts the job at that moment, as far as its row tells. */
export const isUnclaimed = (now: Date | SQL) =>
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
      await MARK(db, { ids: [...ids], at: new Date(now) });
    },
    async putBack(ids, until) {
      if (ids.length === 0) return;
      await PUT_BACK(db, { ids: [...ids], at: new Date(until) });
    },
    async count(atMost) {
      const { rows } = await db.execute<{ count: number }>(sql`
        SELECT count(*)::int AS count FROM
          (SELECT FROM ${jobs} WHERE ${isUnstarted} LIMIT ${atMost}) AS unstarted`);
      return rows[0]?.count ?? 0;
    },
  };
}

interface Claim {
  now: Date;
  until: Date;
  limit: number;
}

async function claimStarts(db: Database, claim: Claim): Promise<JobPlanSeed[]> {
  const rows = await CLAIM(db, claim);
  return rows
    .map(({ workspace, channel, dialect, price, requestId, deadlineAt, ...seed }) => ({
      ...seed,
      deadlineAt: deadlineAt.getTime(),
      label: { workspace, channel, dialect, price, requestId },
    }))
    .sort((one, other) => (one.jobId < other.jobId ? -1 : 1));
}

const CLAIM = statement<Claim>('start_claim')((db, { at, as }) => {
  const isFree = isUnclaimed(as('now', jobs.startClaimedUntil));
  const oldest = sql`
    SELECT ${jobs.id} FROM ${jobs}
    WHERE ${and(isUnstarted, isNull(jobs.review), isFree)}
    ORDER BY ${jobs.createdAt} LIMIT ${at('limit')} FOR NO KEY UPDATE SKIP LOCKED`;
  return db
    .update(jobs)
    .set({ startClaimedUntil: as('until', jobs.startClaimedUntil) })
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
      requestId: jobs.requestId,
    });
});

interface Ids {
  ids: string[];
  at: Date;
}

const MARK = statement<Ids>('start_mark')((db, { at, as }) =>
  db
    .update(jobs)
    .set({ workflowStartedAt: as('at', jobs.workflowStartedAt) })
    .where(and(eq(jobs.id, inOrder(at('ids'))), isNull(jobs.workflowStartedAt)))
    .returning({ id: jobs.id }),
);

const PUT_BACK = statement<Ids>('start_put_back')((db, { at, as }) =>
  db
    .update(jobs)
    .set({ startClaimedUntil: as('at', jobs.startClaimedUntil) })
    .where(and(eq(jobs.id, inOrder(at('ids'))), isUnstarted))
    .returning({ id: jobs.id }),
);

/** Locks rows of jobs by their ids, whose order is that of their creation. */
const inOrder = (ids: SQLWrapper) => sql`ANY(ARRAY(
  SELECT ${jobs.id} FROM ${jobs} WHERE ${jobs.id} = ANY(${ids}::uuid[])
  ORDER BY ${jobs.id} FOR NO KEY UPDATE))`;
