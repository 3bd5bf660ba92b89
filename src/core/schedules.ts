import type { Reply } from './provider/exchange';
import type { Waits } from './settings/waits';

/** Every wait the product plans, as pure arithmetic: the clock and the dice are parameters. Milliseconds. */

export type Cadence = Waits['cadence'];

export interface PollMoment {
  /** Milliseconds since the provider accepted the job. */
  elapsedMs: number;
  usualMs: number;
  /** Milliseconds until the job's deadline. */
  remainingMs: number;
  retryAfterMs?: number | undefined;
  /** 0..1 */
  random: number;
}

/**
 * Returns the delay before the next look in milliseconds. Before the first look is due it is the rest of that wait;
 * then looks are dense around the usual end and thin out as the job overstays. A provider's Retry-After is obeyed.
 * Never past the deadline: an engine retry that would be would end the wait at once. One look comes just before it, and
 * after that none.
 */
export function pollDelayMs(cadence: Cadence, moment: PollMoment): number {
  const firstLookMs = cadence.firstLookShare * moment.usualMs;
  const planned =
    moment.elapsedMs < firstLookMs
      ? firstLookMs - moment.elapsedMs
      : Math.max(0, moment.elapsedMs - moment.usualMs) * cadence.intervalShare;
  const clamped = Math.min(Math.max(planned, cadence.intervalMinMs), cadence.intervalMaxMs);
  const jittered = clamped * (0.9 + 0.2 * moment.random);
  const wanted = Math.max(jittered, moment.retryAfterMs ?? 0);
  return untilDeadlineMs(wanted, moment.remainingMs);
}

/** Room for the last look before the deadline. */
export const DEADLINE_MARGIN_MS = 500;

/** Returns the wanted delay, or what is left before the last look, or before the deadline, in milliseconds. */
export function untilDeadlineMs(wantedMs: number, remainingMs: number): number {
  const beforeLastMs = remainingMs - DEADLINE_MARGIN_MS;
  const leftMs = beforeLastMs > 0 ? beforeLastMs : remainingMs;
  return Math.max(1, Math.round(Math.min(wantedMs, leftMs)));
}

/** Says whether a look is due, or this try is only there to plan the first one. */
export function isLookDue(cadence: Cadence, elapsedMs: number, usualMs: number): boolean {
  return elapsedMs + 1 >= cadence.firstLookShare * usualMs * 0.9;
}

export interface Backoff {
  /** The first pause. */
  firstMs: number;
  /** No planned pause is longer. */
  maxMs: number;
}

/** Each pause is longer than the one before by this factor. */
const BUSY_GROWTH = 1.5;

/**
 * Returns the delay in milliseconds after send number `sends` (1-based) that a busy provider refused: it grows up to
 * its maximum, and jitter of a quarter to either side keeps jobs that were refused together from coming back together.
 * A Retry-After can only make it longer.
 */
export function busyDelayMs(
  { firstMs, maxMs }: Backoff,
  sends: number,
  random: number,
  retryAfterMs = 0,
): number {
  const planned = Math.min(firstMs * BUSY_GROWTH ** (sends - 1), maxMs);
  return Math.max(1, Math.round(Math.max(planned * (0.75 + 0.5 * random), retryAfterMs)));
}

export const RETRY_AFTER_MAX_MS = 86_400_000;

/**
 * Returns the delay in milliseconds before delivery try `number` (1-based), or undefined when the schedule is used up.
 * Jitter adds up to 20 %, so a delay may exceed its entry. A receiver's Retry-After can only make the wait longer, and
 * only by a day: heard literally, `Retry-After: 1` would use up three days of tries in ten seconds.
 */
export function deliveryDelayMs(
  schedule: readonly number[],
  number: number,
  random: number,
  retryAfterMs?: number,
): number | undefined {
  const planned = schedule[number - 1];
  if (planned === undefined) return undefined;
  const jittered = Math.round(planned * (1 + 0.2 * random));
  if (number === 1) return jittered;
  return Math.max(jittered, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS));
}

/** All three forms begin with a day's name. The engine's own parser takes `-1` and `1.5` for dates as well. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? /;

/**
 * Reads a Retry-After as milliseconds: seconds (`120`) or an HTTP date (RFC 9110, 10.2.3); undefined when absent or
 * unreadable.
 */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value.trim()) * 1_000;
  const date = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** Says whether a reply asks for patience with whatever is called: too many requests, or out of service for now. */
export const isBusy = ({ status }: Pick<Reply, 'status'>): boolean =>
  status === 429 || status === 503;

/**
 * Returns a reply's Retry-After in milliseconds; a date counts from the reply's own Date header, never from our clock.
 */
export function retryAfterOf({ headers }: Pick<Reply, 'headers'>): number | undefined {
  const value = headers['retry-after'];
  const sentAt = Date.parse(headers['date'] ?? '');
  if (Number.isNaN(sentAt) && !/^\s*\d+\s*$/.test(value ?? '')) return undefined;
  return readRetryAfter(value, sentAt);
}
