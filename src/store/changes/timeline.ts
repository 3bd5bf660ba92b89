import type { Pool } from 'pg';
import type { Timeline } from '../../core/ports/store/changes';

/**
 * Reads what is to be told of one job. Rows of transactions that are still open, or may be, are left out until they are
 * over: whatever comes later stands behind what was read. Rows from before places were written stand first.
 */
export async function timelineOf(pool: Pool, jobId: string): Promise<Timeline> {
  const { rows } = await pool.query<Timeline>(SELECT_TIMELINE, [jobId]);
  return rows[0] ?? { events: [], attempts: [], deliveries: [] };
}

const SELECT_TIMELINE = `
  SELECT
    (SELECT coalesce(json_agg(json_build_object('type', type,
              'place', coalesce(written_in, '0') || '-' || replace(id::text, '-', ''))
              ORDER BY coalesce(written_in, '0'), id), '[]')
     FROM events WHERE job_id = $1
       AND coalesce(written_in, '0') < pg_snapshot_xmin(pg_current_snapshot())) AS events,
    (SELECT coalesce(json_agg(json_build_object('number', number, 'model', model, 'state', state)
              ORDER BY number), '[]') FROM attempts WHERE job_id = $1) AS attempts,
    (SELECT coalesce(json_agg(state ORDER BY created_at), '[]') FROM deliveries
     WHERE job_id = $1 AND about = 'ended') AS deliveries`;
