import { eq } from 'drizzle-orm';
import { CLOSED } from '../../core/health/breaker';
import type { Breaker } from '../../core/health/breaker';
import type { HealthStore } from '../../core/ports/store/health';
import type { Database } from '../base/database';
import { channelHealth } from '../schema';

/** One row for each channel; its lock is held for the two statements of a change, and no other lock is taken after it. */
export function healthStore(db: Database): HealthStore {
  return {
    async all() {
      const rows = await db.select().from(channelHealth);
      return new Map(rows.map((row) => [row.channel, toBreaker(row)]));
    },
    change: (channel, how) =>
      db.transaction(async (tx) => {
        await tx.insert(channelHealth).values(toRow(channel, CLOSED)).onConflictDoNothing();
        const isThis = eq(channelHealth.channel, channel);
        const [row] = await tx.select().from(channelHealth).where(isThis).for('update');
        const before = row ? toBreaker(row) : CLOSED;
        const after = how(before);
        if (after) await tx.update(channelHealth).set(toRow(channel, after)).where(isThis);
        return { before, after };
      }),
  };
}

type Row = typeof channelHealth.$inferSelect;

const toBreaker = ({ openUntil, trips, probeUntil, slices }: Row): Breaker => ({
  openUntil: openUntil?.getTime(),
  trips,
  probeUntil: probeUntil?.getTime(),
  slices,
});

const toRow = (channel: string, { openUntil, trips, probeUntil, slices }: Breaker): Row => ({
  channel,
  openUntil: openUntil === undefined ? null : new Date(openUntil),
  trips,
  probeUntil: probeUntil === undefined ? null : new Date(probeUntil),
  slices,
});
