import { and, asc, eq, isNull, lte, notInArray, sql } from 'drizzle-orm';
import { newId } from '../../core/job/ids';
import { LOW_BALANCE, alertBody, budgetAlerts, lowBalanceAlert } from '../../core/money/alerts';
import type { Alert } from '../../core/money/alerts';
import type { AlertStore } from '../../core/ports/store/alerts';
import type { Database } from '../base/database';
import { inSnapshot } from '../base/snapshot';
import { alerts } from '../schema';
import { budgetUses, coveredBy, lowBalances } from './budget-uses';

export function alertStore(db: Database): AlertStore {
  return {
    async raise({ lowBalance }, now) {
      const { budgets, low } = await found(db, { lowBalance, now });
      await endLowBalances(
        db,
        low.map(({ owner }) => owner.id),
        new Date(now),
      );
      return add(db, [...budgets, ...low], now);
    },
    due: (now, limit) =>
      db
        .select({
          id: alerts.id,
          workspaceId: alerts.workspaceId,
          about: alerts.about,
          body: alerts.body,
        })
        .from(alerts)
        .where(lte(alerts.nextTryAt, new Date(now)))
        .orderBy(asc(alerts.nextTryAt), asc(alerts.id))
        .limit(limit),
    async beginTry(id, now, until) {
      const [row] = await db
        .update(alerts)
        .set({ tries: sql`${alerts.tries} + 1`, nextTryAt: new Date(until) })
        .where(and(eq(alerts.id, id), lte(alerts.nextTryAt, new Date(now))))
        .returning({ tries: alerts.tries });
      return row?.tries;
    },
    async endTry(id, next) {
      const ended = 'end' in next;
      await db
        .update(alerts)
        .set({
          nextTryAt: ended ? null : new Date(next.at),
          endedBecause: ended ? next.end : null,
        })
        .where(eq(alerts.id, id));
    },
  };
}

/** Reads in one snapshot: a checkpoint that moves meanwhile would count entries twice. */
const found = (
  db: Database,
  { lowBalance, now }: { lowBalance: bigint | null; now: number },
): Promise<{ budgets: Alert[]; low: Alert[] }> =>
  inSnapshot(db, async (tx) => {
    const covered = await coveredBy(tx);
    const uses = await budgetUses(tx, covered, now);
    const low = lowBalance === null ? [] : await lowBalances(tx, covered, lowBalance);
    return {
      budgets: uses.flatMap(({ owner, use }) => budgetAlerts(owner, use, now)),
      low: low.map(({ owner, available }) =>
        lowBalanceAlert(owner, { available, lowBalance: lowBalance ?? 0n }),
      ),
    };
  });

/** Closes the alerts of workspaces that are above the bound again, so that the next time is told anew. */
async function endLowBalances(db: Database, stillLow: string[], now: Date): Promise<void> {
  await db
    .update(alerts)
    .set({ overAt: now })
    .where(
      and(
        eq(alerts.about, LOW_BALANCE),
        isNull(alerts.overAt),
        stillLow.length === 0 ? undefined : notInArray(alerts.ownerId, stillLow),
      ),
    );
}

/** Adds what was not told yet; the unique index lets each through once. */
async function add(db: Database, raised: readonly Alert[], now: number): Promise<number> {
  if (raised.length === 0) return 0;
  const at = new Date(now);
  const added = await db
    .insert(alerts)
    .values(
      raised.map((alert) => ({
        id: newId(),
        workspaceId: alert.owner.workspaceId,
        ownerId: alert.owner.id,
        about: alert.about,
        body: Buffer.from(alertBody(alert, now)),
        ...{ createdAt: at, nextTryAt: at },
      })),
    )
    .onConflictDoNothing();
  return added.rowCount ?? 0;
}
