/**
 * How a channel's rate limit becomes moments. Calls stand in two lines, each with its own pause between two moments:
 * planned looks in one, which is handed out far ahead, and all else in the other, so that a submit or a cancel never
 * waits behind a thousand looks. Nothing is saved up: what was not used is lost, and no burst follows.
 */

/** The vendor's limit of one account; what is absent is not limited. */
export interface RateLimit {
  requestsPerSecond?: number | undefined;
  requestsPerMinute?: number | undefined;
}

/** Limits of channels, each under the channel's name. */
export type RateLimits = Readonly<Record<string, RateLimit>>;

/** The line in which a call waits for its moment. */
export type Line = 'looks' | 'rest';

/** The pause after each moment of a line, in milliseconds. */
export interface Spacing {
  looksMs: number;
  restMs: number;
  /** There is one line for all: of one request in a window nothing can be shared. */
  isOneLine: boolean;
}

/** Planned looks may use this share of a limit. */
const LOOKS_SHARE = 3 / 4;
/**
 * A call may reach the vendor so many milliseconds later than another one after the same wait: a vendor's window is
 * taken to be longer by it.
 */
export const SLACK_MS = 500;

const WINDOWS = [
  { limit: 'requestsPerSecond', lengthMs: 1_000 },
  { limit: 'requestsPerMinute', lengthMs: 60_000 },
] as const;

/**
 * Returns the pauses under which no window of the vendor ever sees more than its limit, both lines together; undefined
 * for a channel without a limit.
 */
export function spacingOf(limit: RateLimit | undefined): Spacing | undefined {
  const windows = WINDOWS.flatMap(({ limit: name, lengthMs }) => {
    const most = limit?.[name];
    return most === undefined ? [] : [{ most, lengthMs: lengthMs + SLACK_MS }];
  });
  if (windows.length === 0) return undefined;
  const isOneLine = windows.some(({ most }) => most < 2);
  const pauseMs = (share: (most: number) => number): number =>
    Math.max(...windows.map(({ most, lengthMs }) => lengthMs / share(most)));
  if (isOneLine) {
    const allMs = pauseMs((most) => most);
    return { looksMs: allMs, restMs: allMs, isOneLine };
  }
  return {
    looksMs: pauseMs(looksOf),
    restMs: pauseMs((most) => most - looksOf(most)),
    isOneLine,
  };
}

/** Whole requests: two lines of half a request each would meet in one window. */
const looksOf = (most: number): number => Math.max(1, Math.floor(most * LOOKS_SHARE));
