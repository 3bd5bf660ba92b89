import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Reply } from '../core/provider/exchange';
import type { Pauses, RateStore } from '../core/ports/store/rates';
import { SLACK_MS, spacingOf } from '../core/rates/spacing';
import type { Line, RateLimits, Spacing } from '../core/rates/spacing';
import { isBusy, retryAfterOf } from '../core/schedules';

/** A moment that is so near is waited for in the process; who has a later one comes back for it. */
const NEAR_MS = 1_500;
/** Who comes back does so before the moment, by this. */
const LEAD_MS = 1_000;
/** A moment that has passed by more than this is lost: calls that were held up together would arrive together. */
const LATE_MS = SLACK_MS / 2;
/** Calls that waited for the end of a pause come back spread over this, or over the pause where that is shorter. */
const SPREAD_MS = 10_000;

/** Who plans a call, and what is known of it from the job's rows. */
export interface PlannedCall {
  channel: string;
  line: Line;
  jobId: string;
  /** The moment that the job remembers, if any, Unix milliseconds. */
  turnAt?: number | undefined;
  /** A later moment is of no use; Unix milliseconds. */
  latest: number;
  /** So many jobs may share the call's moment, since one call looks at all of them; 1 = it has its own. */
  share: number;
}

/** What became of a planned call's wish for its moment. */
export type Moment =
  /** The job should ask again in so many milliseconds; it remembers its moment meanwhile, and holds nothing. */
  | { kind: 'later'; waitMs: number }
  /** The call may be made now, for these other jobs too: nobody else makes one for them at this moment. */
  | { kind: 'now'; sharedWith: readonly string[] }
  /** The call of another job, which shares the moment, looks at this job too. */
  | { kind: 'shared' };

const NOW: Moment = { kind: 'now', sharedWith: [] };

/** Keeps calls to the rate limits of channels, and to the patience that providers ask for. */
export interface Rates {
  /** Notes which channels are paused, by what was read with a job. */
  note(pauses: Pauses): void;
  /** Waits for the moment of a planned call if it is near. */
  planned(call: PlannedCall): Promise<Moment>;
  /**
   * Waits up to `patienceMs` for the moment of a call that nobody planned: 0 = the call may be made now. Else returns in
   * how many milliseconds there would be one, and no moment is remembered.
   */
  unplanned(channel: string, patienceMs: number): Promise<number>;
  /** Hears a `Retry-After` of a 429 or 503: no process calls the channel meanwhile. Never throws. */
  hear(channel: string, reply: Reply): Promise<void>;
}

export interface RateOptions {
  /** Returns the limits as they are now: a config may be read again. */
  limits(): RateLimits;
  store: RateStore;
  /** No pause is longer than this, in milliseconds. */
  pauseMaxMs: number;
  now(): number;
  /** Gives a random number from 0 to 1. */
  random(): number;
  log: Logger;
}

export function createRates(options: RateOptions): Rates {
  const spacingAt = (channel: string): Spacing | undefined => {
    const limits = options.limits();
    return Object.hasOwn(limits, channel) ? spacingOf(limits[channel]) : undefined;
  };
  const pauses = new Map<string, number>();
  const heard = (channel: string): number => afterPause(options, pauses.get(channel) ?? 0);
  return {
    note(read) {
      for (const [channel, until] of Object.entries(read)) {
        pauses.set(channel, Math.max(until, pauses.get(channel) ?? 0));
      }
    },
    async planned(call) {
      const spacing = spacingAt(call.channel);
      // A limited channel's own row knows of the pause.
      if (spacing) return whenDue(options, call, spacing);
      const waitMs = heard(call.channel);
      return waitMs > 0 ? { kind: 'later', waitMs } : NOW;
    },
    async unplanned(channel, patienceMs) {
      const spacing = spacingAt(channel);
      return spacing ? soon(options, { channel, spacing, patienceMs }) : heard(channel);
    },
    async hear(channel, reply) {
      const retryAfterMs = retryAfterOf(reply);
      if (!isBusy(reply) || retryAfterMs === undefined || retryAfterMs === 0) return;
      const until = options.now() + Math.min(retryAfterMs, options.pauseMaxMs);
      // Many calls hear the same within a moment.
      if (until - (pauses.get(channel) ?? 0) < LEAD_MS) return;
      pauses.set(channel, until);
      await remember(options, channel, until);
    },
  };
}

async function remember({ store, log }: RateOptions, channel: string, until: number) {
  log.warn({ channel, until: new Date(until) }, 'the provider asked for patience');
  try {
    await store.pause(channel, until);
  } catch (error) {
    log.warn({ channel, err: error }, 'no other process could be told of the patience');
  }
}

/** How long to wait for the end of a pause; calls that waited for it together do not come back together. */
function afterPause({ now, random }: RateOptions, until: number): number {
  const leftMs = until - now();
  return leftMs > 0 ? Math.ceil(leftMs + random() * Math.min(leftMs, SPREAD_MS)) : 0;
}

async function whenDue(
  options: RateOptions,
  { channel, line, jobId, latest, share, ...call }: PlannedCall,
  spacing: Spacing,
): Promise<Moment> {
  const { store, now } = options;
  let held = call.turnAt;
  for (;;) {
    const asked = now();
    if (held !== undefined && held >= asked - LATE_MS) {
      if (held > asked + NEAR_MS) return backIn(held, asked);
      const at = held;
      held = undefined;
      // Who shares it has come back by then, and learns below that somebody else's call is for it too.
      if (!(await waited(options, at))) continue;
      const ids = await store.use({ jobId, channel }, at, now());
      if (ids.length > 0 && !isPast(options, at)) {
        return { kind: 'now', sharedWith: ids.filter((id) => id !== jobId) };
      }
      if (share > 1) return { kind: 'shared' };
    } else {
      const remember = { jobId, from: asked + NEAR_MS };
      const taken = await store.take({
        channel,
        line,
        spacing,
        now: asked,
        latest,
        remember,
        share,
      });
      // So near its end the job has no use for a moment, and none for asking a thousand times a second.
      if (!taken.isTaken) return later(Math.max(LEAD_MS, taken.at - asked));
      if (taken.at > asked + NEAR_MS) return backIn(taken.at, asked);
      if (await waited(options, taken.at)) return NOW;
    }
  }
}

const later = (waitMs: number): Moment => ({ kind: 'later', waitMs });

/** Nobody need come back sooner than in a moment. */
const backIn = (at: number, now: number): Moment =>
  later(Math.max(1, Math.ceil(at - LEAD_MS - now)));

async function soon(
  options: RateOptions,
  { channel, spacing, patienceMs }: { channel: string; spacing: Spacing; patienceMs: number },
): Promise<number> {
  const { store, now } = options;
  const latest = now() + patienceMs;
  for (;;) {
    const asked = now();
    const ask = { channel, line: 'rest' as const, spacing, now: asked, latest, share: 1 };
    const taken = await store.take(ask);
    if (!taken.isTaken) return Math.max(1, Math.ceil(taken.at - asked));
    if (await waited(options, taken.at)) return 0;
  }
}

/** Waits for the moment, and says whether this is it: a process that was held up has missed it. */
async function waited(options: RateOptions, at: number): Promise<boolean> {
  const leftMs = at - options.now();
  if (leftMs > 0) await sleep(leftMs);
  return !isPast(options, at);
}

const isPast = ({ now }: RateOptions, at: number): boolean => now() > at + LATE_MS;
