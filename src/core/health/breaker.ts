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

/** Submits of one stretch of time, by the workspaces whose jobs they were. */
export interface Slice {
  from: number;
  by: Readonly<Record<string, Submits>>;
}

/** Submits that speak for a channel, and such as speak against it. */
export interface Submits {
  good: number;
  bad: number;
}

/** What one submit says of its channel. `busy`: it is full, or asked too often; so it answers, and that is all. */
export type Sign = 'good' | 'bad' | 'busy';

/** How many signs of each kind were heard from the submits of each workspace. */
export type Signs = ReadonlyMap<string, Readonly<Record<Sign, number>>>;

export const NO_SIGNS: Readonly<Record<Sign, number>> = { good: 0, bad: 0, busy: 0 };

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
    const heard = [...signs.values()];
    if (now < breaker.openUntil || heard.length === 0) return breaker;
    return heard.some(({ bad }) => bad > 0) ? opened(breaker, rules, now) : CLOSED;
  }
  const slices = withSlice(breaker.slices, signs, rules, now);
  return isSick(slices, rules) ? opened(breaker, rules, now) : { ...breaker, slices };
}

/**
 * Says whether most of the submits were bad. Where several workspaces send, the bad ones of each count no further than
 * half of what opens the breaker: nobody closes a channel for the others with requests that make its provider stumble.
 */
function isSick(
  slices: readonly Slice[],
  { breakerSubmits, breakerPercent }: BreakerRules,
): boolean {
  const all = byWorkspace(slices);
  const badMax = all.length > 1 ? breakerSubmits / 2 : Infinity;
  const good = all.reduce((total, one) => total + one.good, 0);
  const bad = all.reduce((total, one) => total + Math.min(one.bad, badMax), 0);
  return good + bad >= breakerSubmits && bad * 100 >= breakerPercent * (good + bad);
}

function byWorkspace(slices: readonly Slice[]): Submits[] {
  const sums = new Map<string, Submits>();
  for (const [workspace, { good, bad }] of slices.flatMap(({ by }) => Object.entries(by))) {
    const before = sums.get(workspace) ?? { good: 0, bad: 0 };
    sums.set(workspace, { good: before.good + good, bad: before.bad + bad });
  }
  return [...sums.values()];
}

function opened({ trips }: Breaker, rules: BreakerRules, now: number): Breaker {
  const pauseMs = Math.min(rules.breakerOpenMs * 2 ** trips, rules.breakerOpenMaxMs);
  return { openUntil: now + pauseMs, trips: trips + 1, slices: [] };
}

function withSlice(
  slices: readonly Slice[],
  signs: Signs,
  { breakerWindowMs }: BreakerRules,
  now: number,
): Slice[] {
  const length = breakerWindowMs / SLICES;
  const from = Math.floor(now / length) * length;
  const kept = slices.filter((slice) => slice.from > now - breakerWindowMs && slice.from !== from);
  const by = { ...slices.find((slice) => slice.from === from)?.by };
  for (const [workspace, { good, bad }] of signs) {
    // An account that is full says nothing of its health.
    if (good + bad === 0) continue;
    const before = by[workspace] ?? { good: 0, bad: 0 };
    by[workspace] = { good: before.good + good, bad: before.bad + bad };
  }
  return [...kept, { from, by }];
}

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

export function breakerState({ openUntil }: Pick<Breaker, 'openUntil'>, now: number): BreakerState {
  if (openUntil === undefined) return 'closed';
  return now < openUntil ? 'open' : 'half_open';
}
