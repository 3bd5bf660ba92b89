import { and, asc, eq, isNull, lte, or } from 'drizzle-orm';
import type { LedgerStore } from '../../core/ports/store/ledger';
import type { Database } from '../base/database';
import { ledger, ledgerCheck, usage } from '../schema';
import { topUp } from './bookings';
import { checkLedger } from './check';
import { checkpoint } from './checkpoints';
import { isOfJob } from './entries';
import { dueTopUps, expire } from './expiry';
import { balanceOf } from './ledger';

/** Nobody booked it by the admin API. */
const UNSAID = { note: null, byKeyId: null, expiresAt: null };

export function ledgerStore(db: Database): LedgerStore {
  return {
    balance: (workspaceId) => balanceOf(db, workspaceId),
    checkpoint: (now, limit) => checkpoint(db, new Date(now), limit),
    dueTopUps: (now, limit) => dueTopUps(db, new Date(now), limit),
    expire: (topUp, now) => expire(db, topUp, new Date(now)),
    check: (options) => checkLedger(db, options),
    async takeCheck(now, everyMs) {
      const taken = await db
        .update(ledgerCheck)
        .set({ begunAt: new Date(now) })
        .where(or(isNull(ledgerCheck.begunAt), lte(ledgerCheck.begunAt, new Date(now - everyMs))));
      return taken.rowCount === 1;
    },
    async recordCheck({ faults }, now) {
      const counts = Object.fromEntries(faults.map(({ check, count }) => [check, count]));
      await db.update(ledgerCheck).set({ endedAt: new Date(now), faults: counts });
    },
    async topUp(workspaceId, amount, idempotencyKey, now) {
      const wanted = { workspaceId, amount, idempotencyKey, now, ...UNSAID };
      const { kind } = await db.transaction((tx) => topUp(tx, wanted));
      if (kind === 'past_bound') throw new Error(`${workspaceId} would have been given too much`);
    },
    entriesOf: (workspaceId, jobId) =>
      db
        .select({
          kind: ledger.kind,
          available: ledger.available,
          held: ledger.held,
          spent: ledger.spent,
        })
        .from(ledger)
        .where(and(eq(ledger.workspaceId, workspaceId), isOfJob(jobId)))
        .orderBy(asc(ledger.id)),
    async usageOf(workspaceId, jobId) {
      const rows = await db
        .select()
        .from(usage)
        .where(and(eq(usage.workspaceId, workspaceId), eq(usage.jobId, jobId)));
      return rows.map(({ tokens, seconds, charged }) => ({
        tokens: Number(tokens),
        seconds,
        charged,
      }));
    },
  };
}
