import { and, count, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { fullCap, placeOf } from '../../core/slots/turns';
import type { QueuePlace } from '../../core/slots/turns';
import { isAnythingCapped } from '../../core/slots/caps';
import type { Caps } from '../../core/slots/caps';
import type { Granted, SlotClaim, SlotStore } from '../../core/ports/store/slots';
import type { Database, Transaction } from '../base/database';
import { lockJob } from '../jobs/lock-job';
import { attempts, jobs, slots } from '../schema';
import { grant, lockSlots, runningTallies } from './grant';

/** The slots of the installation, under the caps of its config. */
export function slotStore(db: Database, caps: Caps): SlotStore {
  return {
    ask: (claim, now) => ask(db, caps, { claim, now: new Date(now) }),
    giveBack: (jobId, now) =>
      db.transaction(async (tx) => {
        await lockJob(tx, jobId);
        return endSlot(tx, caps, { jobId, keptUntil: null, now: new Date(now) });
      }),
    placeOf: (jobId) => queuePlace(db, caps, jobId),
    review: (now, lostMs) => review(db, caps, new Date(now), new Date(now - lostMs)),
  };
}

async function ask(
  db: Database,
  caps: Caps,
  { claim, now }: { claim: SlotClaim; now: Date },
): Promise<{ mayRun: boolean; granted: Granted[] }> {
  if (await holds(db, claim)) return { mayRun: true, granted: [] };
  return db.transaction(async (tx) => {
    const job = await lockJob(tx, claim.jobId);
    if (job?.finishedAt !== null) return { mayRun: false, granted: [] };
    await lockSlots(tx);
    const { jobId, channel, model } = claim;
    const elsewhere = sql`(${slots.channel}, ${slots.model}) <> (${channel}, ${model})`;
    await tx.delete(slots).where(and(eq(slots.jobId, jobId), elsewhere));
    await tx.insert(slots).values(rowOf(claim)).onConflictDoNothing();
    const granted = await grant(tx, caps, now);
    const others = granted.filter((one) => one.jobId !== jobId);
    return { mayRun: await holds(tx, claim), granted: others };
  });
}

function rowOf({ group, since, ...claim }: SlotClaim): typeof slots.$inferInsert {
  return { ...claim, groupName: group, since: new Date(since) };
}

async function holds(db: Database | Transaction, claim: SlotClaim): Promise<boolean> {
  const { jobId, channel, model } = claim;
  const rows = await db
    .select({ jobId: slots.jobId })
    .from(slots)
    .where(
      and(
        eq(slots.jobId, jobId),
        eq(slots.channel, channel),
        eq(slots.model, model),
        isNotNull(slots.grantedAt),
      ),
    );
  return rows.length > 0;
}

/**
 * Gives a job's slot back in the transaction that ends the job, or keeps it until then where the job may still run at
 * the provider. Returns whose turn came. A slot that was only waited for is never kept.
 */
export async function endSlot(
  tx: Transaction,
  caps: Caps,
  { jobId, keptUntil, now }: { jobId: string; keptUntil: Date | null; now: Date },
): Promise<Granted[]> {
  if (!isAnythingCapped(caps)) return [];
  await lockSlots(tx);
  const mine = eq(slots.jobId, jobId);
  if (keptUntil) {
    await tx
      .update(slots)
      .set({ keptUntil })
      .where(and(mine, isNotNull(slots.grantedAt)));
    await tx.delete(slots).where(and(mine, isNull(slots.grantedAt)));
  } else {
    await tx.delete(slots).where(mine);
  }
  return grant(tx, caps, now);
}

async function queuePlace(
  db: Database,
  caps: Caps,
  jobId: string,
): Promise<QueuePlace | undefined> {
  const [row] = await db
    .select()
    .from(slots)
    .where(and(eq(slots.jobId, jobId), isNull(slots.grantedAt)));
  if (!row) return undefined;
  const { channel, workspaceId, groupName } = row;
  const isWaiting = and(eq(slots.channel, channel), isNull(slots.grantedAt));
  const [queue, older, running] = await Promise.all([
    db
      .select({ workspaceId: slots.workspaceId, group: slots.groupName, jobs: count() })
      .from(slots)
      .where(isWaiting)
      .groupBy(slots.workspaceId, slots.groupName),
    db
      .select({ jobs: count() })
      .from(slots)
      .where(
        and(
          isWaiting,
          eq(slots.workspaceId, workspaceId),
          eq(slots.groupName, groupName),
          sql`(${slots.since}, ${slots.jobId}) < (SELECT since, job_id FROM slots WHERE job_id = ${jobId})`,
        ),
      ),
    runningTallies(db),
  ]);
  const rank = 1 + (older[0]?.jobs ?? 0);
  return {
    channel,
    place: placeOf(caps, { workspaceId, group: groupName, rank }, queue),
    reason: fullCap(caps, running, { ...row, group: groupName }) ?? 'turn',
  };
}

async function review(db: Database, caps: Caps, now: Date, lostBefore: Date): Promise<Granted[]> {
  if (!isAnythingCapped(caps)) return [];
  const granted = await db.transaction(async (tx) => {
    await lockSlots(tx);
    await forgetEnded(tx);
    return grant(tx, caps, now);
  });
  const begun = db
    .select({ one: sql`1` })
    .from(attempts)
    .where(and(eq(attempts.jobId, slots.jobId), eq(attempts.channel, slots.channel)));
  const lost = await db
    .select({ jobId: slots.jobId, workflowId: jobs.workflowId })
    .from(slots)
    .innerJoin(jobs, eq(jobs.id, slots.jobId))
    .where(
      and(
        lt(slots.grantedAt, lostBefore),
        isNull(slots.keptUntil),
        isNull(jobs.finishedAt),
        sql`NOT EXISTS (${begun})`,
      ),
    );
  return [...granted, ...lost];
}

/** A process whose config has no caps ends jobs without giving their slots back. */
async function forgetEnded(tx: Transaction): Promise<void> {
  const ended = tx
    .select({ one: sql`1` })
    .from(jobs)
    .where(and(eq(jobs.id, slots.jobId), isNotNull(jobs.finishedAt)));
  await tx.delete(slots).where(and(isNull(slots.keptUntil), sql`EXISTS (${ended})`));
}
