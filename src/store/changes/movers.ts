import type { Pool } from 'pg';
import type { Move } from '../../core/ports/store/changes';
import { WRITTEN_IN } from './timeline';

/** Who waits for anything to change of which job. All are asked about in one query, however many they are. */
export interface Movers {
  moved(jobId: string, mark: string, ms: number, signal: AbortSignal): Promise<Move>;
  /** Asks about these jobs and answers whom it concerns. Returns those of which an open transaction holds back a row. */
  look(ids: readonly string[]): Promise<string[]>;
  has(jobId: string): boolean;
  jobs(): string[];
  dismiss(): void;
}

interface Mover {
  mark: string;
  answer(move: Move): void;
}

export function createMovers(pool: Pool): Movers {
  const waiting = new Map<string, Set<Mover>>();
  const tell = (jobId: string, move: Move): void => {
    for (const mover of waiting.get(jobId) ?? []) {
      if (move.kind !== 'moved' || move.mark !== mover.mark) mover.answer(move);
    }
  };
  return {
    moved(jobId, mark, ms, signal) {
      if (signal.aborted) return Promise.resolve({ kind: 'still' });
      return new Promise((resolve) => {
        const giveUp = (): void => {
          mover.answer({ kind: 'still' });
        };
        const timer = setTimeout(giveUp, ms);
        const mover: Mover = {
          mark,
          answer(move) {
            clearTimeout(timer);
            signal.removeEventListener('abort', giveUp);
            const others = waiting.get(jobId);
            others?.delete(mover);
            if (others?.size === 0) waiting.delete(jobId);
            resolve(move);
          },
        };
        signal.addEventListener('abort', giveUp);
        waiting.set(jobId, (waiting.get(jobId) ?? new Set()).add(mover));
      });
    },
    async look(ids) {
      const asked = ids.filter((id) => waiting.has(id));
      if (asked.length === 0) return [];
      const { rows } = await pool.query<MarkRow>(SELECT_MARKS, [asked]);
      const marks = new Map(rows.map((row) => [row.id, row.mark]));
      for (const id of asked) {
        const mark = marks.get(id);
        tell(id, mark === undefined ? { kind: 'gone' } : { kind: 'moved', mark });
      }
      return rows.filter((row) => row.is_held_back).map((row) => row.id);
    },
    has: (jobId) => waiting.has(jobId),
    jobs: () => [...waiting.keys()],
    dismiss() {
      for (const jobId of [...waiting.keys()]) tell(jobId, { kind: 'still' });
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
