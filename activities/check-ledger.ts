import type { ActivityDeps } from './deps';

/**
 * Checks the whole ledger where the last check was begun long enough ago, and returns how many faults there are. Each
 * check that found some is a line of the log with the first ids. The steps before it have their turn first.
 */
export async function checkLedger({
  store,
  waits,
  limits,
  now,
  log,
}: Pick<ActivityDeps, 'store' | 'waits' | 'limits' | 'now' | 'log'>): Promise<number> {
  if (!(await store.ledger.takeCheck(now(), waits.ledgerCheckEveryMs))) return 0;
  const endsBy = now() + waits.ledgerCheckMs;
  const report = await store.ledger.check({ endsBy, now, limit: limits.checkRows });
  // A person runs the same by hand; what that finds is told there.
  if (!report) return 0;
  await store.ledger.recordCheck(report, now());
  for (const { check, count, ids } of report.faults) {
    log.error({ check, count, ids }, 'the ledger does not hold; see "reelay ledger check"');
  }
  return report.faults.reduce((sum, { count }) => sum + count, 0);
}
