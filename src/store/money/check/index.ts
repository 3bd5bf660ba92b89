import { sql } from 'drizzle-orm';
import { createFaultList } from '../../../core/money/ledger-check';
import type { LedgerReport } from '../../../core/money/ledger-check';
import type { LedgerStore } from '../../../core/ports/store/ledger';
import type { Database } from '../../base/database';
import { inSnapshot } from '../../base/snapshot';
import { checkSigns, createOwnerSums } from './entries';
import { checkJobs } from './jobs';
import { createLedgerDaySums } from './ledger-days';
import { stretches } from './stretches';
import { createDaySums } from './usage-days';

/** Any constant of our own; one check runs at a time. */
const LOCK = 7_233_020;

/**
 * Proves what `LEDGER_CHECKS` says of all jobs, entries, usage and sums, in ONE snapshot that writes nothing and waits
 * for nobody. Each statement reads a part of bounded size, so that none comes near the statement timeout of the pool and
 * no memory grows with the number of jobs. Undefined = another check is under way.
 */
export function checkLedger(
  db: Database,
  { limit, endsBy, now }: Parameters<LedgerStore['check']>[0],
): Promise<LedgerReport | undefined> {
  const goOn = (): void => {
    if (now() > endsBy) throw new Error('the check of the ledger was not through in its time');
  };
  return inSnapshot(db, async (tx) => {
    const lock = await tx.execute<{ taken: boolean }>(
      sql`SELECT pg_try_advisory_xact_lock(${LOCK}) AS taken`,
    );
    if (!lock.rows[0]?.taken) return undefined;
    const faults = createFaultList();
    const jobs = await checkJobs(tx, faults, { limit, goOn });
    const sums = [createOwnerSums(), createLedgerDaySums(), createDaySums()];
    let entries = 0;
    for await (const stretch of stretches(tx, { limit, goOn })) {
      await checkSigns(tx, faults, stretch);
      for (const sum of sums) await sum.add(tx, stretch);
      entries += stretch.count;
    }
    for (const sum of sums) await sum.compare(tx, faults);
    return { jobs, entries, faults: faults.found() };
  });
}
