/** How much of its rate a caller has used in the window that runs. */
export interface UsedRate {
  /** `key <id>` or `workspace <id>` for creates, `requests of key <id>` and so on for requests. */
  name: string;
  /** Requests in the window, this one included; more than the limit where it was one too many. */
  used: number;
  /** Unix milliseconds. */
  endsAt: number;
}

/** The rates of callers, counted by all processes together. */
export interface CallerRateStore {
  /** Counts one request for each name; a window of `windowMs` begins with the first one after the last has ended. */
  use(names: readonly string[], now: number, windowMs: number): Promise<UsedRate[]>;
}
