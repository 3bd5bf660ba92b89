import { and, count, eq, inArray, isNotNull, isNull, lte, sql } from 'drizzle-orm';
import { capsOn } from '../../core/slots/caps';
import type { Caps } from '../../core/slots/caps';
import { fullCap, turns } from '../../core/slots/turns';
import type { Tally, Waiting } from '../../core/slots/turns';
import type { Granted } from '../../core/ports/store/slots';
import type { Database, Transaction } from '../base/database';
import { jobs, slots } from '../schema';

/**
 * Slots are counted and given out under one lock, so that two processes never give out the same one. Whoever holds it
 * takes no other lock after it: a transaction takes the job's row before, as `lock-job.ts` says.
 */

/** Any number that no other advisory lock of this database has. */
const SLOTS_LOCK = 7_301_877;

/** No slot is given out or taken back by anybody else until the transaction ends. */
export async function lockSlots(tx: Transaction): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(${sql.raw(String(SLOTS_LOCK))})`);
}

const CLAIM = {
  channel: slots.channel,
  model: slots.model,
  workspaceId: slots.workspaceId,
  keyId: slots.keyId,
  group: slots.groupName,
};

/** Returns how many jobs of each kind hold a slot, those included that ended here and may still run there. */
export function runningTallies(db: Database | Transaction): Promise<Tally[]> {
  return db
    .select({ ...CLAIM, jobs: count() })
    .from(slots)
    .where(isNotNull(slots.grantedAt))
    .groupBy(...Object.values(CLAIM));
}

/** Gives every free slot to the job whose turn it is, and returns those jobs. The caller holds the lock. */
export async function grant(tx: Transaction, caps: Caps, now: Date): Promise<Granted[]> {
  await tx.delete(slots).where(lte(slots.keptUntil, now));
  const running = await runningTallies(tx);
  const ids = turns(caps, running, await heads(tx, fullChannels(caps, running)));
  if (ids.length === 0) return [];
  return tx
    .update(slots)
    .set({ grantedAt: now })
    .from(jobs)
    .where(and(inArray(slots.jobId, ids), eq(jobs.id, slots.jobId)))
    .returning({ jobId: slots.jobId, workflowId: jobs.workflowId });
}

/** More slots than this are never free at the same moment; what is left over has its turn at the next one. */
const HEADS_PER_LINE = 50;

/** Returns the oldest waiting jobs of each kind, on channels that are not full. */
async function heads(tx: Transaction, full: readonly string[]): Promise<Waiting[]> {
  const place = sql<number>`row_number() OVER (PARTITION BY ${slots.channel}, ${slots.model}, ${slots.workspaceId}, ${slots.keyId}, ${slots.groupName} ORDER BY ${slots.since}, ${slots.jobId})`;
  const lines = tx.$with('lines').as(
    tx
      .select({ ...CLAIM, jobId: slots.jobId, since: slots.since, place: place.as('place') })
      .from(slots)
      .where(
        and(
          isNull(slots.grantedAt),
          full.length > 0 ? sql`NOT ${inArray(slots.channel, [...full])}` : undefined,
        ),
      ),
  );
  const rows = await tx.with(lines).select().from(lines).where(lte(lines.place, HEADS_PER_LINE));
  return rows.map(({ place: _, since, ...claim }) => ({ ...claim, since: since.getTime() }));
}

/** Names the channels of whose queue nobody can begin, whoever it is. */
function fullChannels(caps: Caps, running: readonly Tally[]): string[] {
  return Object.keys(caps.channels).filter((channel) => {
    const nobody = { channel, model: '', workspaceId: '', keyId: null, group: '' };
    const isCapped = capsOn(caps, nobody).some(({ reason }) => reason === 'channel');
    return isCapped && fullCap(caps, running, nobody) === 'channel';
  });
}
