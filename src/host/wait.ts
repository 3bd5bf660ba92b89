import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  timeoutMs: number;
  everyMs: number;
}

/**
 * Asks until there is an answer, first at once. Undefined when the time is over; an answer that comes late, because
 * one question took long, still counts.
 */
export async function waitFor<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  { timeoutMs, everyMs }: WaitOptions,
): Promise<T | undefined> {
  const endsAt = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= endsAt) return undefined;
    await sleep(everyMs);
  }
}

/** Resolves to whether it became true in time. */
export async function waitUntil(isTrue: () => boolean, options: WaitOptions): Promise<boolean> {
  return (await waitFor(() => isTrue() || undefined, options)) ?? false;
}
