import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Database } from '../base/database';
import { blobs, files, jobs } from '../schema';

/**
 * Finds those of these stored files that no row names any more. That a workspace has sent one counts only from `before` on, or
 * while one of its jobs names it: a request that was refused leaves such a row behind. Jobs are never deleted, so what
 * one of them names stays.
 */
export async function unnamedBlobs(
  db: Database,
  ids: readonly string[],
  before: number,
): Promise<string[]> {
  const these = sql`${sql.param([...ids])}::text[]`;
  await db.execute(sql`
    DELETE FROM ${blobs} WHERE ${blobs.id} = ANY(${these}) AND ${blobs.createdAt} < ${new Date(before)}
      AND NOT ${isNamedByJob(sql`${blobs.id}`, sql`AND ${jobs.workspaceId} = ${blobs.workspaceId}`)}`);
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT given.id FROM unnest(${these}) AS given (id)
    WHERE NOT EXISTS (SELECT 1 FROM ${blobs} WHERE ${blobs.id} = given.id)
      AND NOT EXISTS (SELECT 1 FROM ${files} WHERE ${files.blob} = given.id)
      AND NOT ${isNamedByJob(sql`given.id`, sql``)}`);
  return rows.map(({ id }) => id);
}

/**
 * Says, in the words of the indexes, whether a job names the file: as an input, or as the body of a request that passes
 * through.
 */
function isNamedByJob(id: SQL, further: SQL): SQL {
  const { request, native } = jobs;
  return sql`(EXISTS (SELECT 1 FROM ${jobs}
      WHERE jsonb_path_exists(${request}, '$.inputs[*].media.blob')
        AND jsonb_path_query_array(${request}, '$.inputs[*].media.blob') ? ${id} ${further})
    OR EXISTS (SELECT 1 FROM ${jobs}
      WHERE ${native} IS NOT NULL AND ${native}->>'body' = ${id} ${further}))`;
}
