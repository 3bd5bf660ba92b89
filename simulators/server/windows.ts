/** The length of a window in milliseconds. */
const MINUTE_MS = 60_000;

/**
 * Windows count the requests of each account at each provider in the last 60 seconds. A window slides: no 60 seconds
 * have more than the limit. No vendor's page says how its own minute is counted, and this is its strictest reading.
 */
export interface Windows {
  /**
   * Counts one request at `now` (Unix milliseconds) if the window has room for it, and says whether it had. A refused
   * request does not count.
   */
  take(who: { provider: string; account: string }, max: number, now: number): boolean;
  /** Forgets the requests at one provider, or at all. */
  clear(provider?: string): void;
}

export function createWindows(): Windows {
  const windows = new Map<string, Map<string, number[]>>();
  return {
    take: ({ provider, account }, max, now) => {
      const accounts = windows.get(provider) ?? new Map<string, number[]>();
      const times = accounts.get(account) ?? [];
      windows.set(provider, accounts.set(account, times));
      while ((times[0] ?? Infinity) <= now - MINUTE_MS) times.shift();
      if (times.length >= max) return false;
      times.push(now);
      return true;
    },
    clear: (provider) => {
      if (provider === undefined) windows.clear();
      else windows.delete(provider);
    },
  };
}
