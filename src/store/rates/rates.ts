import { and, eq, gt, gte, notExists, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { MomentAsk, Pauses, RateStore } from '../../core/ports/store/rates';
import type { Database } from '../base/database';
import { channelRates, jobs } from '../schema';

/**
 * The moments of channels with a rate limit (GCRA, the generic cell rate algorithm): the row says which moment is free
 * next, and who takes it moves it on, in one statement under the row's lock.
 */
export function rateStore(db: Database): RateStore {
  return {
    async take(ask) {
      const taken = await take(db, ask);
      if (taken) return taken;
      await db.insert(channelRates).values(newRow(ask.channel)).onConflictDoNothing();
      const again = await take(db, ask);
      if (!again) throw new Error(`channel ${ask.channel} has no row of moments`);
      return again;
    },
    use: (job, since, now) => use(db, job, { since: new Date(since), now: new Date(now) }),
    async pause(channel, until) {
      const pausedUntil = new Date(until);
      await db
        .insert(channelRates)
        .values({ ...newRow(channel), pausedUntil })
        .onConflictDoUpdate({
          target: channelRates.channel,
          set: { pausedUntil: sql`greatest(${channelRates.pausedUntil}, excluded.paused_until)` },
        });
    },
  };
}

/** The channels that were ever paused, for a statement that reads a job: null where none was. */
export const pauses: SQL<Pauses | null> = sql<Pauses | null>`(
  SELECT jsonb_object_agg(${channelRates.channel}, ceil(extract(epoch FROM ${channelRates.pausedUntil}) * 1000))
  FROM ${channelRates} WHERE ${channelRates.pausedUntil} IS NOT NULL)`;

const newRow = (channel: string) => ({ channel, looksFrom: new Date(0), restFrom: new Date(0) });

interface Taken extends Record<string, unknown> {
  at: number;
  is_taken: boolean;
}

async function take(
  db: Database,
  ask: MomentAsk,
): Promise<{ at: number; isTaken: boolean } | undefined> {
  const { channel, line, spacing, remember } = ask;
  const now = time(ask.now);
  const isFirstLine = line === 'looks' || spacing.isOneLine;
  const { rows } = await db.execute<Taken>(sql`
    WITH seen AS (
      SELECT greatest(looks_from, paused_until, ${now}) AS looks, greatest(rest_from, paused_until, ${now}) AS rest
      FROM channel_rates WHERE channel = ${channel} FOR UPDATE
    ), chosen AS (
      SELECT looks, rest, (${isFirstLine}::boolean OR looks < rest) AS is_look FROM seen
    ), moment AS (
      SELECT is_look, CASE WHEN is_look THEN looks ELSE rest END AS at FROM chosen
    ), taken AS (
      UPDATE channel_rates SET
        looks_from = CASE WHEN is_look THEN at + ${pause(spacing.looksMs)} ELSE looks_from END,
        rest_from = CASE WHEN is_look THEN rest_from ELSE at + ${pause(spacing.restMs)} END
      FROM moment WHERE channel = ${channel} AND at <= ${time(ask.latest)}
    ), remembered AS (
      UPDATE jobs SET turn_at = at FROM moment
      WHERE id = ${remember?.jobId ?? null}::uuid AND at > ${time(remember?.from ?? 0)} AND at <= ${time(ask.latest)}
    )
    SELECT ceil(extract(epoch FROM at) * 1000)::float8 AS at, at <= ${time(ask.latest)} AS is_taken FROM moment`);
  const [row] = rows;
  return row && { at: row.at, isTaken: row.is_taken };
}

const time = (ms: number): SQL => sql`${new Date(ms).toISOString()}::timestamptz`;
const pause = (ms: number): SQL => sql`${ms}::float8 * interval '1 millisecond'`;

async function use(
  db: Database,
  { jobId, channel }: { jobId: string; channel: string },
  { since, now }: { since: Date; now: Date },
): Promise<boolean> {
  const paused = db
    .select({ one: sql`1` })
    .from(channelRates)
    .where(and(eq(channelRates.channel, channel), gt(channelRates.pausedUntil, now)));
  const used = await db
    .update(jobs)
    .set({ turnAt: null })
    .where(and(eq(jobs.id, jobId), gte(jobs.turnAt, since), notExists(paused)))
    .returning({ id: jobs.id });
  return used.length > 0;
}
