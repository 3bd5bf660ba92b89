import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { spansOf } from '../../core/money/budgets';
import type { Budgets } from '../../core/money/budgets';
import type { Database, Transaction } from '../base/database';
import { ledger } from '../schema';
import { statement } from '../base/statement';

/** What jobs that were created in a day or month hold and have spent, of the entries that `ledger_days` does not cover yet. */

/** The day and the month of a moment: their first moments, and the first after them. */
export interface Moments {
  day: Date;
  dayEnd: Date;
  month: Date;
  monthEnd: Date;
}

export function momentsOf(now: number): Moments {
  const { day, month } = spansOf(now);
  return {
    day: new Date(day.from),
    dayEnd: new Date(day.until),
    month: new Date(month.from),
    monthEnd: new Date(month.until),
  };
}

type Dated = Moments & { ownerId: string; upTo: bigint };

/**
 * Sums the entries after the days' checkpoint by the day on which their jobs were created, named by values, as
 * `sumAfter` of ledger.ts does.
 */
const sumAfter = (owner: SQL) =>
  statement<Dated>(null)((db, { at, as }) => {
    const within = (period: 'day' | 'month') => sql`
      hold.at >= ${as(period, ledger.at)}::timestamptz AND hold.at < ${as(`${period}End`, ledger.at)}::timestamptz`;
    return db
      .select({
        day: sql<string>`coalesce(sum(entry.used) FILTER (WHERE ${within('day')}), 0)::text`,
        month: sql<string>`coalesce(sum(entry.used), 0)::text`,
      })
      .from(
        sql`(SELECT job_id, held + spent AS used FROM ${ledger}
          WHERE ${owner} = ${at('ownerId')}::uuid AND id > ${at('upTo')}::bigint) AS entry
          JOIN ${ledger} AS hold ON hold.job_id = entry.job_id AND hold.kind = 'hold'
            AND ${within('month')}`,
      );
  });

export const AFTER_OF_KEY = sumAfter(sql`key_id`);
export const AFTER_OF_WORKSPACE = sumAfter(sql`workspace_id`);

type DaySums = { day: bigint; month: bigint };

/** Returns zeros, and asks nothing, where no budget has a period. */
export async function usedAfter(
  db: Database | Transaction,
  after: typeof AFTER_OF_KEY,
  { budgetDay, budgetMonth }: Budgets,
  values: Dated,
): Promise<DaySums> {
  if (budgetDay === null && budgetMonth === null) return { day: 0n, month: 0n };
  const [row] = await after(db, values);
  return { day: BigInt(row?.day ?? 0), month: BigInt(row?.month ?? 0) };
}
