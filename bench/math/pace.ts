import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How fast work is begun. `closed`: so many at once, each next one when one has ended, for a number of pieces or for a
 * time. `open`: so many per second whatever becomes of them, as callers arrive who do not know of each other.
 */
export type Pace =
  | { kind: 'closed'; atOnce: number; count: number }
  | { kind: 'closed'; atOnce: number; forMs: number }
  | { kind: 'open'; perSecond: number; forMs: number };

/** One piece of work: its number from 0 on, and the moment it was meant to begin (`performance.now()`). */
export type Work = (n: number, plannedAt: number) => Promise<void>;

/** Begins pieces of work at the pace, and resolves when the last one has ended. Rejects as soon as one rejects. */
export function keepPace(pace: Pace, work: Work): Promise<void> {
  return pace.kind === 'open' ? openLoop(plannedMs(pace), work) : closedLoop(pace, work);
}

/** Returns when the pieces of an open loop begin, in milliseconds after its start: at 4 per second 0, 250, 500 ... */
export function plannedMs({ perSecond, forMs }: Extract<Pace, { kind: 'open' }>): number[] {
  const count = Math.floor((perSecond * forMs) / 1_000);
  return Array.from({ length: count }, (_, n) => (n * 1_000) / perSecond);
}

async function closedLoop(pace: Extract<Pace, { kind: 'closed' }>, work: Work): Promise<void> {
  const endsAt = 'forMs' in pace ? performance.now() + pace.forMs : Infinity;
  const count = 'count' in pace ? pace.count : Infinity;
  let begun = 0;
  const slot = async (): Promise<void> => {
    while (begun < count && performance.now() < endsAt) {
      begun += 1;
      await work(begun - 1, performance.now());
    }
  };
  await Promise.all(Array.from({ length: pace.atOnce }, slot));
}

/**
 * The plan is kept even where the machine falls behind it: what begins late is measured from its planned moment, so
 * that a stall counts for every caller who would have met it.
 */
async function openLoop(planned: readonly number[], work: Work): Promise<void> {
  const startedAt = performance.now();
  const underWay: Promise<void>[] = [];
  for (const [n, offset] of planned.entries()) {
    const dueInMs = startedAt + offset - performance.now();
    if (dueInMs > 0) await sleep(dueInMs);
    underWay.push(work(n, startedAt + offset));
  }
  await Promise.all(underWay);
}
