import type { Config } from '../config';
import type { LedgerReport } from '../core/money/ledger-check';
import { runningUrlOf } from '../postgres/running-url';
import { openDatabase } from '../store/base/database';
import { checkLedger } from '../store/money/check';

/**
 * Checks the whole ledger of a database, as a sweep does: of the one of DATABASE_URL, else of the one that a `start` on the
 * data folder runs. Undefined = another check is under way. Throws where there is no such database.
 */
export async function checkLedgerOf(
  { limits, environment }: Pick<Config, 'limits' | 'environment'>,
  data: string,
): Promise<LedgerReport | undefined> {
  const databaseUrl = environment.DATABASE_URL ?? runningUrlOf(data);
  if (databaseUrl === undefined) {
    const text = `DATABASE_URL is not set, and no "start" runs a database in ${data}`;
    throw new Error(`${text}; name its folder by --data, while it runs`);
  }
  const database = openDatabase(databaseUrl, { connectionsMax: 1, onError: () => undefined });
  try {
    // A person waits as long as it takes, and may end it.
    const asked = { endsBy: Infinity, now: Date.now, limit: limits.checkRows };
    return await checkLedger(database.db, asked);
  } finally {
    await database.close();
  }
}
