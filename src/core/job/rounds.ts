import { endsWithin } from '../within';

/**
 * Rounds of work on rows that wait: one at a time, woken in memory by whoever wrote a row, and by a timer where rows
 * were left. What a round could not do is tried again after a pause that doubles; while nothing at all can be done,
 * a wake changes nothing and the next round waits for the end of the pause.
 */
export interface Rounds {
  /** Asks for a round; never waits and never fails. */
  wake(): void;
  /**
   * Lets the round that runs end, makes one more for what came meanwhile, and no further one; waits for them no longer
   * than `withinMs` milliseconds.
   */
  stop(withinMs: number): Promise<void>;
}

/** `more` = rows are left that can be done now; `some` = some rows failed and others did not. */
export type RoundEnd = 'done' | 'more' | 'some';

export interface RoundsOptions {
  /** Does one bounded piece of the work, and throws when nothing could be done. What fails should wait for `pauseMs`. */
  round(pauseMs: number): Promise<RoundEnd>;
  /** Hears once of each time in which nothing could be done, with the error of the first round. */
  onAway(error: unknown): void;
  /** First and longest pause, in milliseconds. */
  pauseMs: number;
  pauseMaxMs: number;
}

/** A timer may fire a moment early; what was put back for the pause must be free then, or nobody would ask again. */
const EARLY_MS = 5;

export function createRounds(options: RoundsOptions): Rounds {
  let isWoken = false;
  let isAway = false;
  let failures = 0;
  let roundsLeft = Infinity;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const wake = (): void => {
    isWoken = true;
    if (isAway && timer) return;
    running ??= run().finally(() => {
      running = undefined;
    });
  };
  const run = async (): Promise<void> => {
    while (isWoken && roundsLeft > 0) {
      isWoken = false;
      roundsLeft -= 1;
      const { end, error } = await ended(options, pauseMs(options, failures));
      if (end === 'away' && !isAway) options.onAway(error);
      isAway = end === 'away';
      if (end === 'more') isWoken = true;
      if (end === 'done') failures = 0;
      if (end === 'some' || isAway) later();
      if (isAway) return;
    }
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        timer = undefined;
        wake();
      },
      pauseMs(options, failures) + EARLY_MS,
    );
    // No reason for a process to stay.
    timer.unref();
    failures += 1;
  };
  const stop = async (withinMs: number): Promise<void> => {
    roundsLeft = 1;
    if (running) await endsWithin(running, withinMs);
    roundsLeft = 0;
    clearTimeout(timer);
  };
  return { wake, stop };
}

async function ended(
  { round }: RoundsOptions,
  pause: number,
): Promise<{ end: RoundEnd | 'away'; error?: unknown }> {
  try {
    return { end: await round(pause) };
  } catch (error) {
    return { end: 'away', error };
  }
}

function pauseMs({ pauseMs: first, pauseMaxMs }: RoundsOptions, failures: number): number {
  return Math.min(first * 2 ** Math.min(failures, 20), pauseMaxMs);
}
