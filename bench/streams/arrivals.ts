import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamsAnswer, StreamsQuestion } from '../children/stream-readers';
import { rounded, spreadOf } from '../math/statistics';
import type { Spread } from '../math/statistics';
import { execute } from '../parts/database';
import type { BenchChild } from '../parts/forked';

/** How many events reached their readers, and how late. */
export interface ArrivalFigures {
  /** Rows that were to be told. */
  events: number;
  /** What arrived at all readers together. */
  arrivals: number;
  /** What had to arrive and did not. */
  lost: number;
  /** Milliseconds between the commit of an event and its arrival at a reader. */
  commit_to_arrival_ms: Spread & { max: number };
}

/** Arrivals in Unix milliseconds, at each reader, by the id of the event. */
type Arrivals = Map<string, number[]>;

/** Returns the ids of the jobs that were made since that moment (Unix milliseconds). */
export async function jobsSince(databaseUrl: string, at: number): Promise<string[]> {
  const statement = 'SELECT id FROM jobs WHERE created_at >= to_timestamp($1 / 1000.0)';
  return (await execute<{ id: string }>(databaseUrl, statement, [at])).map(({ id }) => id);
}

/** The rows that a stream tells, to the end of each job, and when the transaction of each was committed. */
const SELECT_EVENTS = `
  SELECT written_in || '-' || replace(id::text, '-', '') AS place, committed_at FROM (
    SELECT *, extract(epoch FROM pg_xact_commit_timestamp(written_in::xid)) * 1000 AS committed_at FROM events
    WHERE job_id = ANY($1::uuid[])) AS told
  WHERE committed_at > $2 AND NOT EXISTS (
    SELECT 1 FROM events AS ending WHERE ending.job_id = told.job_id AND ending.type LIKE 'job.ended.%'
      AND (ending.written_in, ending.id) < (told.written_in, told.id))`;

/** Returns when each event of these jobs since that moment was committed, in Unix milliseconds by its id. */
export async function eventsOf(
  databaseUrl: string,
  jobIds: readonly string[],
  since: number,
): Promise<Map<string, number>> {
  const values = [jobIds, since];
  const rows = await execute<EventRow>(databaseUrl, SELECT_EVENTS, values);
  return new Map(rows.map(({ place, committed_at }) => [place, Number(committed_at)]));
}

interface EventRow {
  place: string;
  /** A number that JavaScript has no exact kind for, as a text. */
  committed_at: string;
}

/** What is on its way arrives within this. */
const ARRIVAL_MS = 60_000;
const POLL_MS = 500;

/** Collects what the readers got until it is as much as was told, or nothing more can be expected. */
export async function allArrivals(
  readers: BenchChild<StreamsQuestion, StreamsAnswer>,
  wanted: number,
): Promise<Arrivals> {
  const all: Arrivals = new Map();
  const endsAt = Date.now() + ARRIVAL_MS;
  for (;;) {
    const { arrivals } = await readers.ask({ kind: 'arrivals' });
    for (const [id, times] of Object.entries(arrivals)) {
      all.set(id, [...(all.get(id) ?? []), ...times]);
    }
    const count = [...all.values()].reduce((sum, times) => sum + times.length, 0);
    if (count >= wanted || Date.now() > endsAt) return all;
    await sleep(POLL_MS);
  }
}

/** The delays of events of which each has so many readers; what arrived twice at one counts as an error of the gateway. */
export function delaysOf(
  events: ReadonlyMap<string, number>,
  arrivals: ReadonlyMap<string, readonly number[]>,
  readersOfEach: number,
): ArrivalFigures {
  const delays: number[] = [];
  let lost = 0;
  for (const [id, committedAt] of events) {
    const times = arrivals.get(id) ?? [];
    if (times.length > readersOfEach) throw new Error(`the event ${id} was told twice`);
    lost += readersOfEach - times.length;
    delays.push(...times.map((at) => at - committedAt));
  }
  return {
    events: events.size,
    arrivals: delays.length,
    lost,
    commit_to_arrival_ms: {
      ...spreadOf(delays),
      max: rounded(
        delays.reduce((most, delay) => Math.max(most, delay), 0),
        1,
      ),
    },
  };
}
