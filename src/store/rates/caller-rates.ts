import { sql } from 'drizzle-orm';
import type { CallerRateStore } from '../../core/ports/store/caller-rates';
import type { Database } from '../base/database';
import { callerRates } from '../schema';

interface Row extends Record<string, unknown> {
  name: string;
  used: string;
  ends_at: number;
}

/** Counts in fixed windows, in ONE statement, whose rows are locked in the order of their names. */
export function callerRateStore(db: Database): CallerRateStore {
  return {
    async use(names, now, windowMs) {
      const at = sql`${new Date(now).toISOString()}::timestamptz`;
      const end = sql`${new Date(now + windowMs).toISOString()}::timestamptz`;
      const { rows } = await db.execute<Row>(sql`
        INSERT INTO ${callerRates} AS known (name, used, ends_at)
        SELECT name, 1, ${end} FROM unnest(${sql.param([...names])}::text[]) AS name ORDER BY name
        ON CONFLICT (name) DO UPDATE SET
          used = CASE WHEN known.ends_at <= ${at} THEN 1 ELSE known.used + 1 END,
          ends_at = CASE WHEN known.ends_at <= ${at} THEN excluded.ends_at ELSE known.ends_at END
        RETURNING name, used::text, ceil(extract(epoch FROM ends_at) * 1000)::float8 AS ends_at`);
      return rows.map(({ name, used, ends_at }) => ({ name, used: Number(used), endsAt: ends_at }));
    },
  };
}
