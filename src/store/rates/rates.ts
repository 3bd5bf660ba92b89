import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { MomentAsk, Pauses, RateStore } from '../../core/ports/store/rates';
import type { Database } from '../base/database';
import { channelRates } from '../schema';

/**
 * The moments of channels with a rate limit (GCRA, the generic cell rate algorithm): the row says which moment is free
 * next, and who takes it moves it on, in one statement under the row's lock. Jobs that share a moment remember the same
 * one.
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
    use: (job, at, now) => use(db, job, { at, now }),
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
  const { channel, line, spacing, remember, share } = ask;
  const now = time(ask.now);
  const isFirstLine = line === 'looks' || spacing.isOneLine;
  const mayShare = line === 'looks' && share > 1;
  const from = time(remember?.from ?? 0);
  const { rows } = await db.execute<Taken>(sql`
    WITH seen AS (
      SELECT greatest(looks_from, paused_until, ${now}) AS looks, greatest(rest_from, paused_until, ${now}) AS rest,
        (${mayShare}::boolean AND shared_left > 0 AND shared_at > greatest(paused_until, ${from})) AS is_shared,
        shared_at
      FROM channel_rates WHERE channel = ${channel} FOR UPDATE
    ), chosen AS (
      SELECT *, (${isFirstLine}::boolean OR looks < rest) AS is_look FROM seen
    ), moment AS (
      SELECT is_shared, is_look, CASE WHEN is_shared THEN shared_at WHEN is_look THEN looks ELSE rest END AS at FROM chosen
    ), taken AS (
      UPDATE channel_rates SET
        looks_from = CASE WHEN is_look AND NOT is_shared THEN at + ${pause(spacing.looksMs)} ELSE looks_from END,
        rest_from = CASE WHEN is_look THEN rest_from ELSE at + ${pause(spacing.restMs)} END,
        shared_at = CASE WHEN ${mayShare}::boolean THEN at ELSE channel_rates.shared_at END,
        shared_left = CASE WHEN is_shared THEN shared_left - 1 WHEN ${mayShare}::boolean THEN ${share - 1}::int ELSE shared_left END
      FROM moment WHERE channel = ${channel} AND at <= ${time(ask.latest)}
    ), remembered AS (
      UPDATE jobs SET turn_at = at FROM moment
      WHERE id = ${remember?.jobId ?? null}::uuid AND at > ${from} AND at <= ${time(ask.latest)}
    )
    SELECT ceil(extract(epoch FROM at) * 1000)::float8 AS at, at <= ${time(ask.latest)} AS is_taken FROM moment`);
  const [row] = rows;
  return row && { at: row.at, isTaken: row.is_taken };
}

const time = (ms: number): SQL => sql`${new Date(ms).toISOString()}::timestamptz`;
const pause = (ms: number): SQL => sql`${ms}::float8 * interval '1 millisecond'`;

interface Used extends Record<string, unknown> {
  ids: string[];
}

/**
 * Rows are locked in the order of their ids, so that two jobs of one moment do not wait for each other in a circle. A
 * job of another channel may have the same moment by chance, and keeps it. The row knows the moment to the microsecond,
 * and whoever read it to the millisecond.
 */
async function use(
  db: Database,
  { jobId, channel }: { jobId: string; channel: string },
  { at, now }: { at: number; now: number },
): Promise<string[]> {
  const { rows } = await db.execute<Used>(sql`
    WITH mine AS (
      SELECT turn_at FROM jobs
      WHERE id = ${jobId}::uuid AND turn_at BETWEEN ${time(at - 1)} AND ${time(at + 1)} AND NOT EXISTS (
        SELECT 1 FROM channel_rates WHERE channel = ${channel} AND paused_until > ${time(now)}
      )
    ), sharing AS (
      SELECT jobs.id FROM jobs JOIN mine ON jobs.turn_at = mine.turn_at
      WHERE jobs.id = ${jobId}::uuid
        OR EXISTS (SELECT 1 FROM attempts WHERE job_id = jobs.id AND channel = ${channel} AND state = 'accepted')
      ORDER BY jobs.id FOR UPDATE OF jobs
    ), used AS (
      UPDATE jobs SET turn_at = NULL FROM sharing WHERE jobs.id = sharing.id RETURNING jobs.id
    )
    SELECT array(SELECT id::text FROM used) AS ids`);
  return rows[0]?.ids ?? [];
}
