/** A scope is what is counted together: the jobs of a provider, or of one account or one model of it. */
export interface Scope {
  provider: string;
  account?: string;
  model?: string;
}

/**
 * A tally counts the jobs that are in a phase which a job leaves once and never comes back to, and remembers how many
 * were in it at once. Times are Unix milliseconds of a clock that never goes back.
 */
export interface Tally<Job> {
  add(job: Job, now: number): void;
  /** Is told that the job changed, so that it may leave at another time than it would have. */
  change(job: Job): void;
  forget(job: Job): void;
  /** Counts without walking over the jobs. */
  count(scope: Scope, now: number): number;
  /** Gives how many jobs were in the phase at once since the last `restart`. */
  peak(scope: Scope): number;
  /** Lists the scopes that any job ever belonged to. */
  scopes(): Scope[];
  /** Begins the peaks anew, from the jobs that are in the phase now. */
  restart(now: number): void;
}

/** Makes a tally of jobs that leave the phase at the time `until` gives; Infinity = not as things are. */
export function createTally<Job extends Required<Scope>>(until: (job: Job) => number): Tally<Job> {
  const members = new Map<Job, number>();
  const departures: Departure<Job>[] = [];
  const counts = new Map<string, number>();
  const peaks = new Map<string, number>();
  const stay = (job: Job): void => {
    const at = until(job);
    members.set(job, at);
    if (at !== Infinity) schedule({ job, at }, departures);
  };
  const forget = (job: Job): void => {
    if (!members.delete(job)) return;
    for (const key of keysOf(job)) counts.set(key, (counts.get(key) ?? 0) - 1);
  };
  const advance = (now: number): void => {
    for (let next = departures.at(-1); next && next.at <= now; next = departures.at(-1)) {
      departures.pop();
      // A departure that is no longer the job's own was put off or brought forward.
      if (members.get(next.job) === next.at) forget(next.job);
    }
  };
  return {
    add: (job, now) => {
      stay(job);
      const keys = keysOf(job);
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
      advance(now);
      for (const key of keys) {
        peaks.set(key, Math.max(peaks.get(key) ?? 0, counts.get(key) ?? 0));
      }
    },
    change: (job) => {
      if (members.has(job) && members.get(job) !== until(job)) stay(job);
    },
    forget,
    count: (scope, now) => {
      advance(now);
      return counts.get(keyOf(scope)) ?? 0;
    },
    peak: (scope) => peaks.get(keyOf(scope)) ?? 0,
    scopes: () => [...counts.keys()].map(scopeOf),
    restart: (now) => {
      advance(now);
      for (const [key, count] of counts) peaks.set(key, count);
    },
  };
}

interface Departure<Job> {
  job: Job;
  at: number;
}

/** Puts a departure among the others, of which the latest comes first and the next last. */
function schedule<Job>(departure: Departure<Job>, departures: Departure<Job>[]): void {
  let [low, high] = [0, departures.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((departures[middle]?.at ?? 0) > departure.at) low = middle + 1;
    else high = middle;
  }
  departures.splice(low, 0, departure);
}

/** Writes a scope as a text that no other scope has: no name of the three holds a line break. */
const keyOf = ({ provider, account = '', model = '' }: Scope): string =>
  `${provider}\n${account}\n${model}`;

function scopeOf(key: string): Scope {
  const [provider = '', account = '', model = ''] = key.split('\n');
  return { provider, ...(account ? { account } : {}), ...(model ? { model } : {}) };
}

/** Names every scope that a job belongs to. */
const keysOf = ({ provider, account, model }: Required<Scope>): string[] =>
  [{}, { account }, { model }, { account, model }].map((part) => keyOf({ provider, ...part }));
