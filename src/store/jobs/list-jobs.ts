import { and, asc, desc, eq, gte, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { JobFilter, Page, PageQuery } from '../../core/job/page';
import type { Database } from '../base/database';
import { jobs } from '../schema';
import { toJob } from './job-row';

/**
 * Keyset pages by (created_at, id): stable while new jobs arrive. Each edge is a job of the workspace, deleted ones too,
 * and none of the page; an unknown one gives an empty page.
 */
export async function listJobs(db: Database, workspaceId: string, page: PageQuery): Promise<Page> {
  // `before` alone walks the other way and is turned round at the end.
  const backwards = page.after === undefined && page.before !== undefined;
  const descending = (page.order === 'desc') !== backwards;
  const rows = await db
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.workspaceId, workspaceId),
        isNull(jobs.deletedAt),
        ...edgesOf(workspaceId, page),
        ...conditionsOf(page.filter ?? {}),
      ),
    )
    .orderBy(
      descending ? desc(jobs.createdAt) : asc(jobs.createdAt),
      descending ? desc(jobs.id) : asc(jobs.id),
    )
    .limit(page.limit + 1);
  const found = rows.slice(0, page.limit).map(toJob);
  return { jobs: backwards ? found.reverse() : found, hasMore: rows.length > page.limit };
}

function edgesOf(workspaceId: string, { order, after, before }: PageQuery): (SQL | undefined)[] {
  const edge = (id: string | undefined, isUpper: boolean): SQL | undefined =>
    id === undefined
      ? undefined
      : sql`(${jobs.createdAt}, ${jobs.id}) ${sql.raw(isUpper ? '<' : '>')}
            (SELECT c.created_at, c.id FROM jobs c WHERE c.workspace_id = ${workspaceId} AND c.id = ${id})`;
  return [edge(after, order === 'desc'), edge(before, order === 'asc')];
}

/** Says whether the workspace has the job or has deleted it. */
export async function hasJob(db: Database, workspaceId: string, id: string): Promise<boolean> {
  const isMine = and(eq(jobs.workspaceId, workspaceId), eq(jobs.id, id));
  return (await db.select({ id: jobs.id }).from(jobs).where(isMine)).length > 0;
}

function conditionsOf({
  states,
  model,
  createdFrom,
  createdBefore,
  metadata,
}: JobFilter): (SQL | undefined)[] {
  return [
    states && inArray(jobs.state, [...states]),
    model === undefined ? undefined : eq(jobs.model, model),
    createdFrom === undefined ? undefined : gte(jobs.createdAt, new Date(createdFrom)),
    createdBefore === undefined ? undefined : lt(jobs.createdAt, new Date(createdBefore)),
    // The second half is what the index of metadata is limited to; no metadata holds nothing.
    metadata && Object.keys(metadata).length > 0
      ? sql`${jobs.metadata} @> ${JSON.stringify(metadata)}::jsonb AND ${jobs.metadata} <> '{}'`
      : undefined,
  ];
}
