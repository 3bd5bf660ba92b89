import type { Config } from '../config';
import type { LedgerReport } from '../core/money/ledger-check';
import { openDatabase } from '../store/base/database';
import { checkLedger } from '../store/money/check';

/** Checks the whole ledger of a database, as a sweep does; undefined = another check is under way. */
export async function checkLedgerOf(
  { limits }: Pick<Config, 'limits'>,
  databaseUrl: string,
): Promise<LedgerReport | undefined> {
  const database = openDatabase(databaseUrl, { connectionsMax: 1, onError: () => undefined });
  try {
    // A person waits as long as it takes, and may end it.
    const asked = { endsBy: Infinity, now: Date.now, limit: limits.checkRows };
    return await checkLedger(database.db, asked);
  } finally {
    await database.close();
  }
}
