import { and, count, desc, eq, gte, isNotNull, isNull, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Job } from '../core/job';
import type { Operation } from '../core/outcome';
import type { JobStore } from '../core/store';
import { isStorable } from '../core/text';
import type { Database } from './database';
import { toJob } from './job-row';
import { attempts, jobs } from './schema';

type Query = Parameters<JobStore['listNative']>[2];

/** Numbered pages, as such APIs have them; the window of days keeps them short. */
export async function listNative(
  db: Database,
  workspaceId: string,
  dialect: string,
  query: Query,
): Promise<{ jobs: Job[]; total: number }> {
  const latest = db
    .select({ state: attempts.state, phase: attempts.phase, model: attempts.model })
    .from(attempts)
    .where(eq(attempts.jobId, jobs.id))
    .orderBy(desc(attempts.number))
    .limit(1)
    .as('latest');
  const shown = sql`CASE WHEN ${jobs.finishedAt} IS NULL
                         THEN coalesce(${latest.phase}, 'queued') ELSE ${jobs.state} END`;
  const isListed = and(
    eq(jobs.workspaceId, workspaceId),
    eq(jobs.dialect, dialect),
    isNotNull(jobs.native),
    isNull(jobs.deletedAt),
    gte(jobs.createdAt, new Date(query.since)),
    // A refused create made no job at the provider, and its caller was told so.
    sql`NOT (${jobs.finishedAt} IS NOT NULL AND ${latest.state} IS NOT DISTINCT FROM 'refused')`,
    query.state === undefined ? undefined : sql`${shown} = ${query.state}`,
    query.model === undefined
      ? undefined
      : or(eq(jobs.model, query.model), eq(latest.model, query.model)),
    query.serviceTier === undefined
      ? undefined
      : sql`coalesce(${jobs.request}->>'serviceTier', 'default') = ${query.serviceTier}`,
    query.ids.length === 0 ? undefined : isOneOf(query.ids),
  );
  const rows = await db
    .select({ job: jobs })
    .from(jobs)
    .leftJoinLateral(latest, sql`true`)
    .where(isListed)
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(query.size)
    .offset((query.page - 1) * query.size);
  const [all] = await db
    .select({ total: count() })
    .from(jobs)
    .leftJoinLateral(latest, sql`true`)
    .where(isListed);
  return { jobs: rows.map(({ job }) => toJob(job)), total: all?.total ?? 0 };
}

/** By our ids, or by the handles at a provider. */
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
