import type { Pool } from 'pg';
import type { Move } from '../../core/ports/store/changes';
import { WRITTEN_IN } from './timeline';
import { createWaiting } from './waiting';
import type { Waiting } from './waiting';

/**
 * Who waits for anything to change of which job, each with the mark that it has seen. All are asked about in one query,
 * however many they are.
 */
export interface Movers extends Omit<Waiting<string, Move>, 'tell'> {
  /** Asks about these jobs and answers whom it concerns. Returns those of which an open transaction holds back a row. */
  look(ids: readonly string[]): Promise<string[]>;
}

export function createMovers(pool: Pool): Movers {
  const waiting = createWaiting<string, Move>({ kind: 'still' });
  return {
    ...waiting,
    async look(ids) {
      const asked = ids.filter(waiting.has);
      if (asked.length === 0) return [];
      const { rows } = await pool.query<MarkRow>(SELECT_MARKS, [asked]);
      const marks = new Map(rows.map((row) => [row.id, row.mark]));
      for (const id of asked) {
        const mark = marks.get(id);
        waiting.tell(id, (seen) => {
          if (mark === undefined) return { kind: 'gone' };
          return mark === seen ? undefined : { kind: 'moved', mark };
        });
      }
      return rows.filter((row) => row.is_held_back).map((row) => row.id);
    },
  };
}

interface MarkRow {
  id: string;
  mark: string;
  is_held_back: boolean;
}

const SELECT_MARKS = `
  SELECT jobs.id, told.is_held_back,
         concat_ws('|', jobs.state, jobs.progress, told.rows,
           (SELECT string_agg(number || state, ',' ORDER BY number) FROM attempts WHERE job_id = jobs.id),
           (SELECT string_agg(state, ',' ORDER BY id) FROM deliveries WHERE job_id = jobs.id)) AS mark
  FROM jobs CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(${WRITTEN_IN} >= pg_snapshot_xmin(pg_current_snapshot())), false) AS is_held_back,
           count(*) FILTER (WHERE ${WRITTEN_IN} < pg_snapshot_xmin(pg_current_snapshot())) AS rows
    FROM events WHERE job_id = jobs.id) AS told
  WHERE jobs.id = ANY($1::uuid[]) AND jobs.deleted_at IS NULL`;
