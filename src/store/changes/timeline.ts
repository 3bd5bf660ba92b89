import type { Pool } from 'pg';
import type { Timeline } from '../../core/ports/store/timeline';

/**
 * Reads what is to be told of one job. Rows of transactions that are still open, or may be, are left out until they are
 * over: whatever comes later stands behind what was read. Rows from before places were written stand first.
 */
export async function timelineOf(pool: Pool, jobId: string): Promise<Timeline> {
  const { rows } = await pool.query<Timeline>(SELECT_TIMELINE, [jobId]);
  return rows[0] ?? { events: [], attempts: [], deliveries: [] };
}

/**
 * The transaction that wrote a row of `events`. A row that is seen although its transaction has not begun was restored from
 * the dump of another server, which counted further: it is as old as one that has none.
 */
export const WRITTEN_IN = `
  CASE WHEN written_in < pg_snapshot_xmax(pg_current_snapshot()) THEN written_in ELSE '0' END`;

/** The attempts of the job that the SQL of `jobId` names, as JSON. */
export const attemptsTold = (jobId: string): string => `
  SELECT coalesce(json_agg(json_build_object('number', number, 'model', model, 'state', state)
           ORDER BY number), '[]') FROM attempts WHERE job_id = ${jobId}`;

/** The states of the messages about the end of the job that the SQL of `jobId` names, as JSON. */
export const deliveriesTold = (jobId: string): string => `
  SELECT coalesce(json_agg(state ORDER BY created_at), '[]') FROM deliveries
  WHERE job_id = ${jobId} AND about = 'ended'`;

const SELECT_TIMELINE = `
  SELECT
    (SELECT coalesce(json_agg(json_build_object('type', type,
              'place', ${WRITTEN_IN} || '-' || replace(id::text, '-', ''))
              ORDER BY ${WRITTEN_IN}, id), '[]')
     FROM events WHERE job_id = $1
       AND ${WRITTEN_IN} < pg_snapshot_xmin(pg_current_snapshot())) AS events,
    (${attemptsTold('$1')}) AS attempts, (${deliveriesTold('$1')}) AS deliveries`;
