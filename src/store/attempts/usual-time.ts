import { sql } from 'drizzle-orm';
import type { Database } from '../base/database';
import { memo } from '../base/memo';

const USUAL_SAMPLE = 20;
const USUAL_SAMPLE_MIN = 5;
/** Pairs of provider and model: above what anybody configures. */
const USUAL_ENTRIES_MAX = 1_000;

/** Makes the question of what a model usually takes: every look asks, and the answer changes slowly. */
export const usualTime = (db: Database, keptMs: number) =>
  memo((provider: string, model: string) => usualMs(db, provider, model), {
    keptMs,
    entriesMax: USUAL_ENTRIES_MAX,
    now: Date.now,
  });

async function usualMs(db: Database, provider: string, model: string): Promise<number | undefined> {
  const result = await db.execute<{ median: number | null; n: number }>(sql`
    SELECT count(*)::int AS n,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY took)::float8 AS median
    FROM (SELECT extract(epoch FROM j.finished_at - a.accepted_at) * 1000 AS took
          FROM attempts a JOIN jobs j ON j.id = a.job_id
          WHERE a.provider = ${provider} AND a.model = ${model}
            AND a.verdict ->> 'state' = 'succeeded' AND j.state = 'succeeded'
          ORDER BY a.accepted_at DESC LIMIT ${USUAL_SAMPLE}) recent`);
  const row = result.rows[0];
  return row && row.n >= USUAL_SAMPLE_MIN && row.median !== null ? row.median : undefined;
}
