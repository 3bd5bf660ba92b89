/** A tally counts the jobs of an account that are in a phase which a job leaves once and never comes back to. */
export interface Tally<Job> {
  add(job: Job): void;
  forget(job: Job): void;
  /** Counts by the clock at `now` (Unix milliseconds), without walking over jobs that have left the phase. */
  count(provider: string, account: string, now: number): number;
}

interface Owned {
  provider: string;
  account: string;
}

export function createTally<Job extends Owned>(
  isIn: (job: Job, now: number) => boolean,
): Tally<Job> {
  const accounts = new Map<string, Set<Job>>();
  const keyOf = ({ provider, account }: Owned): string => `${provider}\n${account}`;
  const forget = (job: Job): void => {
    const members = accounts.get(keyOf(job));
    members?.delete(job);
    if (members?.size === 0) accounts.delete(keyOf(job));
  };
  return {
    add: (job) => {
      const members = accounts.get(keyOf(job)) ?? new Set();
      accounts.set(keyOf(job), members.add(job));
    },
    forget,
    count: (provider, account, now) => {
      const members = accounts.get(keyOf({ provider, account })) ?? new Set<Job>();
      for (const job of members) if (!isIn(job, now)) forget(job);
      return members.size;
    },
  };
}
