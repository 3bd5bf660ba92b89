import type { LimitName } from '../contract';
import type { Scope } from './tallies';
import { createWindows } from './windows';

/**
 * Limits are what one account may do at a provider: jobs at once, also of one model, and requests in a minute. What counts
 * for each model by itself is `createsPerMinute`, beyond which a create is refused, and `runningAtOnce`, beyond which a job
 * waits in the queue.
 */
export interface Limits {
  /** Sets what is given and leaves the rest as it is; null takes a limit off. */
  set(target: LimitOf, limit: LimitChange): void;
  list(): (LimitOf & Limit)[];
  /** Takes every limit off. */
  clear(): void;
  /** Throws `OverLimit` where one job more were too many by the jobs that `count` counts, or by the creates of a minute. */
  checkJob(job: Required<Scope>, count: (scope: Scope) => number, now: number): void;
  /** Gives how many jobs of that model one account may have running; Infinity where nothing says so. */
  runningAtOnce(target: Required<LimitOf>): number;
  /**
   * Counts one request of the account, and throws `OverLimit` where it is one too many in 60 seconds (Windows says how
   * they are counted). A request from before the limit was set does not count.
   */
  checkRequest(provider: string, account: string, now: number): void;
  /** Gives the requests of a provider that had a good credential since the last `restart`. */
  requests(provider: string): number;
  /** Gives what the limits have refused since then. */
  refusals(scope: LimitOf): { refusedByLimit: number; rateLimited: number };
  /** Begins to count requests and refusals anew. */
  restart(): void;
}

export interface LimitOf {
  provider: string;
  model?: string;
}

export interface Limit {
  jobsAtOnce?: number;
  requestsPerMinute?: number;
  createsPerMinute?: number;
  runningAtOnce?: number;
}
export type LimitChange = { [Name in keyof Limit]?: number | null | undefined };

/** Unwinds a provider's handler when an account has reached a limit; the provider then refuses in its own words. */
export class OverLimit extends Error {
  constructor(readonly limit: LimitName) {
    super(`over the limit of ${limit}`);
  }
}

export function createLimits(): Limits {
  const limits = new Map<string, LimitOf & Limit>();
  const windows = createWindows();
  const creates = createWindows();
  /** A model's own limit goes before the one for every model. */
  const ofModel = (name: 'createsPerMinute' | 'runningAtOnce', target: Required<LimitOf>): number =>
    limits.get(keyOf(target))?.[name] ??
    limits.get(keyOf({ provider: target.provider }))?.[name] ??
    Infinity;
  const refused = new Map<string, number>();
  const rateLimited = new Map<string, number>();
  const requests = new Map<string, number>();
  return {
    set: (target, change) => {
      const limit = changed(limits.get(keyOf(target)) ?? {}, change);
      if (Object.keys(limit).length > 0) limits.set(keyOf(target), { ...target, ...limit });
      else limits.delete(keyOf(target));
      if (change.requestsPerMinute === null) windows.clear(target.provider);
      if (change.createsPerMinute === null) creates.clear(target.provider);
    },
    list: () => [...limits.values()],
    clear: () => {
      limits.clear();
      windows.clear();
      creates.clear();
    },
    runningAtOnce: (target) => ofModel('runningAtOnce', target),
    checkJob: ({ provider, account, model }, count, now) => {
      const all = { provider, account };
      const full = [all, { ...all, model }].some(
        (scope) => count(scope) >= (limits.get(keyOf(scope))?.jobsAtOnce ?? Infinity),
      );
      if (full) {
        for (const scope of [{ provider }, { provider, model }]) add(refused, keyOf(scope));
        throw new OverLimit('jobs');
      }
      const most = ofModel('createsPerMinute', { provider, model });
      if (most === Infinity) return;
      if (creates.take({ provider, account: `${account}\n${model}` }, most, now)) return;
      add(rateLimited, keyOf({ provider }));
      throw new OverLimit('creates');
    },
    checkRequest: (provider, account, now) => {
      add(requests, provider);
      const { requestsPerMinute } = limits.get(keyOf({ provider })) ?? {};
      if (requestsPerMinute === undefined) return;
      if (windows.take({ provider, account }, requestsPerMinute, now)) return;
      add(rateLimited, keyOf({ provider }));
      throw new OverLimit('requests');
    },
    requests: (provider) => requests.get(provider) ?? 0,
    refusals: (target) => ({
      refusedByLimit: refused.get(keyOf(target)) ?? 0,
      rateLimited: rateLimited.get(keyOf(target)) ?? 0,
    }),
    restart: () => {
      requests.clear();
      refused.clear();
      rateLimited.clear();
    },
  };
}

const NAMES = ['jobsAtOnce', 'requestsPerMinute', 'createsPerMinute', 'runningAtOnce'] as const;

function changed(before: Limit, change: LimitChange): Limit {
  const limit: Limit = {};
  for (const name of NAMES) {
    const most = change[name] === undefined ? before[name] : change[name];
    if (most != null) limit[name] = most;
  }
  return limit;
}

const keyOf = ({ provider, model = '' }: LimitOf): string => `${provider}\n${model}`;

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
