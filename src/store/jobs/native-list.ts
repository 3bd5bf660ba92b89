import { and, count, desc, eq, gte, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Job } from '../../core/job/job';
import type { Operation } from '../../core/job/outcome';
import type { JobStore } from '../../core/ports/store/jobs';
import { isStorable } from '../../core/text';
import type { Database } from '../base/database';
import { toJob } from './job-row';
import { attempts, jobs } from '../schema';

type Query = Parameters<JobStore['listNative']>[2];

/** Lists a numbered page, as such APIs have them, and counts all jobs; the window of days keeps them few. */
export async function listNative(
  db: Database,
  workspaceId: string,
  dialect: string,
  query: Query,
): Promise<{ jobs: Job[]; total: number }> {
  const isListed = and(
    eq(jobs.workspaceId, workspaceId),
    eq(jobs.dialect, dialect),
    isNotNull(jobs.native),
    isNull(jobs.deletedAt),
    gte(jobs.createdAt, new Date(Math.max(query.since, query.createdFrom ?? 0))),
    query.createdBefore === undefined
      ? undefined
      : lt(jobs.createdAt, new Date(query.createdBefore)),
    query.serviceTier === undefined
      ? undefined
      : sql`coalesce(${jobs.request}->>'serviceTier', 'default') = ${query.serviceTier}`,
    query.ids.length === 0 ? undefined : isOneOf(query.ids),
    query.state === undefined ? undefined : sql`${SHOWN} = ${query.state}`,
    query.model === undefined ? undefined : isOfModel(query.model),
    sql`NOT ${IS_REFUSED}`,
  );
  const rows = await db
    .select()
    .from(jobs)
    .where(isListed)
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(query.size)
    .offset((query.page - 1) * query.size);
  const [all] = await db.select({ total: count() }).from(jobs).where(isListed);
  return { jobs: rows.map(toJob), total: all?.total ?? 0 };
}

/** A subquery inside CASE is run only for the rows that need it: few of the window's jobs are looked up by attempt. */
const latest = (column: SQL): SQL =>
  sql`(SELECT ${column} FROM attempts WHERE attempts.job_id = ${jobs.id} ORDER BY number DESC LIMIT 1)`;

const SHOWN = sql`CASE WHEN ${jobs.finishedAt} IS NULL
                       THEN coalesce(${latest(sql`phase`)}, 'queued') ELSE ${jobs.state} END`;

/** A refused create made no job at the provider, and its caller was told so. Only failed jobs can be such. */
const IS_REFUSED = sql`CASE WHEN ${jobs.state} IN ('failed', 'canceled', 'expired')
                            THEN coalesce(${latest(sql`state`)} = 'refused', false) ELSE false END`;

/** Finds the jobs of a model by the caller's name of it or the provider's. */
function isOfModel(model: string): SQL {
  return sql`CASE WHEN ${jobs.model} = ${model} THEN true
                  ELSE coalesce(${latest(sql`model`)} = ${model}, false) END`;
}

/** Finds the jobs that one of our ids or one of the handles at a provider names. */
function isOneOf(ids: readonly (string | Operation)[]): SQL | undefined {
  const ours = ids.filter((id) => typeof id === 'string');
  const handles = ids.filter((id) => typeof id !== 'string' && isStorable(id));
  const texts = handles.map((handle) => JSON.stringify(handle));
  return or(
    sql`${jobs.id} = ANY(${sql.param(ours)}::uuid[])`,
    sql`EXISTS (SELECT 1 FROM ${attempts} WHERE ${attempts.jobId} = ${jobs.id}
                AND ${attempts.operation} = ANY(${sql.param(texts)}::jsonb[]))`,
  );
}
