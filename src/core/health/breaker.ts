/**
 * The breaker of a channel: when most of the last submits failed for reasons of the channel, it opens, and the channel
 * is left alone for a while; then one job probes it, and how that ends closes the breaker or opens it for twice as long.
 * All processes share it. Pure: times are Unix milliseconds.
 */
export interface Breaker {
  /** The channel gets no job before then, and after it only probes; undefined = the breaker is closed. */
  openUntil?: number | undefined;
  /** How often it has opened since it was last closed. */
  trips: number;
  /** A job is probing the channel, or has not said until then how that ended. */
  probeUntil?: number | undefined;
  /** The submits of the last minute or so, oldest first. */
  slices: readonly Slice[];
}

/** Submits of one stretch of time. */
export interface Slice extends Submits {
  from: number;
}

/** Submits that speak for a channel, and such as speak against it. */
export interface Submits {
  good: number;
  bad: number;
}

/** What one submit says of its channel. `busy`: it is full, or asked too often; so it answers, and that is all. */
export type Sign = 'good' | 'bad' | 'busy';

export type Signs = Readonly<Record<Sign, number>>;

export interface BreakerRules {
  /** So far back submits are counted. */
  breakerWindowMs: number;
  /** The first pause; each one after a failed probe is twice as long, up to the longest. */
  breakerOpenMs: number;
  breakerOpenMaxMs: number;
  /** A probe that has not ended after this counts for nothing, and another one may begin. */
  breakerProbeMs: number;
  /** Fewer submits within the window open nothing. */
  breakerSubmits: number;
  /** The breaker opens when so many of a hundred submits were bad. */
  breakerPercent: number;
}

export const CLOSED: Breaker = { trips: 0, slices: [] };

const SLICES = 6;

/** Adds what submits have said. While the breaker is open it changes nothing: they had begun before. */
export function told(breaker: Breaker, signs: Signs, rules: BreakerRules, now: number): Breaker {
  if (breaker.openUntil !== undefined) {
    if (now < breaker.openUntil || signs.good + signs.bad + signs.busy === 0) return breaker;
    return signs.bad > 0 ? opened(breaker, rules, now) : CLOSED;
  }
  const slices = withSlice(breaker.slices, signs, rules, now);
  const { good, bad } = sum(slices);
  const isSick =
    good + bad >= rules.breakerSubmits && bad * 100 >= rules.breakerPercent * (good + bad);
  return isSick ? opened(breaker, rules, now) : { ...breaker, slices };
}

function opened({ trips }: Breaker, rules: BreakerRules, now: number): Breaker {
  const pauseMs = Math.min(rules.breakerOpenMs * 2 ** trips, rules.breakerOpenMaxMs);
  return { openUntil: now + pauseMs, trips: trips + 1, slices: [] };
}

function withSlice(
  slices: readonly Slice[],
  { good, bad }: Submits,
  { breakerWindowMs }: BreakerRules,
  now: number,
): Slice[] {
  const length = breakerWindowMs / SLICES;
  const from = Math.floor(now / length) * length;
  const kept = slices.filter((slice) => slice.from > now - breakerWindowMs && slice.from !== from);
  const current = slices.find((slice) => slice.from === from) ?? { good: 0, bad: 0 };
  return [...kept, { from, good: current.good + good, bad: current.bad + bad }];
}

const sum = (slices: readonly Submits[]): Submits => ({
  good: slices.reduce((total, { good }) => total + good, 0),
  bad: slices.reduce((total, { bad }) => total + bad, 0),
});

/** What a job may do at the channel now: go there, go there as the probe once it has claimed to be it, or neither. */
export type Admission = 'open' | 'probe' | 'shut';

export function admission({ openUntil, probeUntil }: Breaker, now: number): Admission {
  if (openUntil === undefined) return 'open';
  if (now < openUntil) return 'shut';
  return probeUntil !== undefined && now < probeUntil ? 'shut' : 'probe';
}

/** Claims the probe; undefined when it is not to be had. */
export function probing(breaker: Breaker, rules: BreakerRules, now: number): Breaker | undefined {
  if (admission(breaker, now) !== 'probe') return undefined;
  return { ...breaker, probeUntil: now + rules.breakerProbeMs };
}

/** Says in one word how a channel's breaker stands; half open = it is being probed, or will be by the next job. */
export type BreakerState = 'closed' | 'open' | 'half_open';

export function breakerState({ openUntil }: Breaker, now: number): BreakerState {
  if (openUntil === undefined) return 'closed';
  return now < openUntil ? 'open' : 'half_open';
}
