/**
 * Starts that the engine did not take, asked again in the background until it does. A process that ends, or more of
 * them than it remembers, leaves the rest to the sweep, which finds them by their rows.
 */
export interface StartAgain {
  /** Asks again later; an id that waits already keeps its place. False = too many wait; the sweep has it. */
  add(jobId: string, start: () => Promise<void>): boolean;
}

export interface StartAgainOptions {
  /** Pause between two rounds, in milliseconds. */
  everyMs: number;
  /** A start is asked for again for this long, in milliseconds, and then left to the sweep. */
  forMs: number;
  /** At most so many jobs are remembered; the sweep has the rest. */
  waitingMax: number;
  /** The engine is asked for at most so many starts at once. */
  atOnce: number;
  /** Unix milliseconds. */
  now(): number;
}

interface Waiting {
  start(): Promise<void>;
  until: number;
}

export function createStartAgain(options: StartAgainOptions): StartAgain {
  const { everyMs, forMs, waitingMax, atOnce, now } = options;
  const waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;

  const plan = (): void => {
    if (timer || waiting.size === 0) return;
    timer = setTimeout(() => void round(), everyMs);
    // No reason for a process to stay.
    timer.unref();
  };
  const round = async (): Promise<void> => {
    let isTaking = true;
    while (isTaking && waiting.size > 0) {
      const some = [...waiting].slice(0, atOnce);
      const taken = await Promise.all(some.map(([id, { start }]) => tried(id, start)));
      isTaking = taken.every(Boolean);
    }
    for (const [id, { until }] of waiting) if (now() >= until) waiting.delete(id);
    timer = undefined;
    plan();
  };
  const tried = async (id: string, start: () => Promise<void>): Promise<boolean> => {
    try {
      await start();
      waiting.delete(id);
      return true;
    } catch {
      return false;
    }
  };
  return {
    add(jobId, start) {
      if (waiting.has(jobId)) return true;
      if (waiting.size >= waitingMax) return false;
      waiting.set(jobId, { start, until: now() + forMs });
      plan();
      return true;
    },
  };
}
