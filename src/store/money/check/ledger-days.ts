import { sql } from 'drizzle-orm';
import type { FaultList } from '../../../core/money/ledger-check';
import type { Transaction } from '../../base/database';
import { ledger, ledgerDays, ledgerDaysCheckpoint } from '../../schema';
import { DAY_OF_HOLD } from '../day-sums';
import type { Stretch } from './stretches';

interface DayRow extends Record<string, unknown> {
  /** Workspace or key, and day: `<uuid> 2026-11-21`. */
  name: string;
  used: string;
}

/** Sums what jobs hold and have spent per owner and day, stretch by stretch, and compares it in the end with `ledger_days`. */
export function createLedgerDaySums() {
  const days = new Map<string, bigint>();
  return {
    async add(tx: Transaction, { from, upTo }: Stretch): Promise<void> {
      const { rows } = await tx.execute<DayRow>(sql`
        WITH dated AS (
          SELECT entry.workspace_id, entry.key_id, ${DAY_OF_HOLD} AS day, entry.held + entry.spent AS used
          FROM ${ledger} AS entry JOIN ${ledger} AS hold ON hold.job_id = entry.job_id AND hold.kind = 'hold'
          WHERE entry.id > ${from}
            AND entry.id <= least(${upTo}::bigint, (SELECT up_to FROM ${ledgerDaysCheckpoint})))
        SELECT workspace_id || ' ' || day AS name, sum(used)::text AS used FROM dated GROUP BY 1
        UNION ALL SELECT key_id || ' ' || day, sum(used)::text FROM dated WHERE key_id IS NOT NULL GROUP BY 1`);
      for (const { name, used } of rows) days.set(name, (days.get(name) ?? 0n) + BigInt(used));
    },
    async compare(tx: Transaction, faults: FaultList): Promise<void> {
      const { rows } = await tx.execute<DayRow>(
        sql`SELECT owner_id || ' ' || day AS name, used::text FROM ${ledgerDays}`,
      );
      for (const { name, used } of rows) {
        if ((days.get(name) ?? 0n) !== BigInt(used)) faults.add('ledger_day', [name]);
        days.delete(name);
      }
      for (const [name, used] of days) if (used !== 0n) faults.add('ledger_day', [name]);
    },
  };
}
