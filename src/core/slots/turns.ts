import { capsOn, groupRules, scopesOf } from './caps';
import type { CapReason, Caps, Claim } from './caps';

/** Who gets the slots that are free. Pure: from who runs, who waits and the caps. */

/** How many jobs of that kind run. */
export interface Tally extends Claim {
  jobs: number;
}

/** A job that waits; the older has the smaller `since`, Unix milliseconds of its create. */
export interface Waiting extends Claim {
  jobId: string;
  since: number;
}

/**
 * Returns the ids of the jobs that may begin now, in the order in which they got their turn. Only a job whose caps all
 * have room is looked at. Among those the lowest priority number goes first, then the workspace that has the fewest
 * jobs on the channel for its weight, then the oldest job.
 */
export function turns(
  caps: Caps,
  running: readonly Tally[],
  waiting: readonly Waiting[],
): string[] {
  const counts = countsOf(caps, running);
  const lines = linesOf(waiting);
  const granted: string[] = [];
  for (;;) {
    const heads = lines.flatMap((line) => line.slice(0, 1)).filter((head) => counts.fits(head));
    const next = heads.reduce<Waiting | undefined>(
      (best, head) => (best && before(caps, counts, best, head) <= 0 ? best : head),
      undefined,
    );
    if (!next) return granted;
    granted.push(next.jobId);
    counts.add(next, 1);
    lines.find(([head]) => head === next)?.shift();
  }
}

/** Says which cap a job waits for; undefined where it waits for nothing but its turn. */
export function fullCap(
  caps: Caps,
  running: readonly Tally[],
  claim: Claim,
): CapReason | undefined {
  return countsOf(caps, running).full(claim);
}

/** Jobs that are alike to every cap stand in one line, the oldest first. */
function linesOf(waiting: readonly Waiting[]): Waiting[][] {
  const lines = new Map<string, Waiting[]>();
  for (const job of [...waiting].sort(byAge)) {
    const { channel, model, workspaceId, keyId, group } = job;
    const name = JSON.stringify([channel, model, workspaceId, keyId, group]);
    lines.set(name, [...(lines.get(name) ?? []), job]);
  }
  return [...lines.values()];
}

const byAge = (one: Waiting, other: Waiting): number =>
  one.since - other.since || (one.jobId < other.jobId ? -1 : 1);

interface Counts {
  add(claim: Claim, jobs: number): void;
  fits(claim: Claim): boolean;
  full(claim: Claim): CapReason | undefined;
  /** Jobs of the claim's workspace on its channel. */
  share(claim: Claim): number;
}

function countsOf(caps: Caps, running: readonly Tally[]): Counts {
  const counts = new Map<string, number>();
  const countOf = (name: string): number => counts.get(name) ?? 0;
  const shareName = ({ channel, workspaceId }: Claim): string => `share ${channel} ${workspaceId}`;
  const full = (claim: Claim): CapReason | undefined =>
    capsOn(caps, claim).find(({ name, jobsAtOnce }) => countOf(name) >= jobsAtOnce)?.reason;
  const add = (claim: Claim, jobs: number): void => {
    // In every scope, since caps differ from group to group.
    const names = scopesOf(claim).map(({ name }) => name);
    for (const name of [...names, shareName(claim)]) counts.set(name, countOf(name) + jobs);
  };
  for (const tally of running) add(tally, tally.jobs);
  return {
    add,
    full,
    fits: (claim) => full(claim) === undefined,
    share: (claim) => countOf(shareName(claim)),
  };
}

/** Negative where `one` goes before `other`. */
function before(caps: Caps, counts: Counts, one: Waiting, other: Waiting): number {
  const [mine, its] = [groupRules(caps, one.group), groupRules(caps, other.group)];
  return (
    mine.priority - its.priority ||
    counts.share(one) / mine.weight - counts.share(other) / its.weight ||
    byAge(one, other)
  );
}

/** The place of a waiting job in its channel's queue, 1 = next, and the cap that is full. */
export interface QueuePlace {
  place: number;
  /** `turn`: no cap of its own is full, and others go first. */
  reason: CapReason | 'turn';
  channel: string;
}

/** How many jobs of one workspace and group wait on a channel. */
export interface QueueTally {
  workspaceId: string;
  group: string;
  jobs: number;
}

/**
 * Says where in the queue of its channel a job stands, 1 = next: as it is now, taking turns by weight. `rank` is its
 * place among the waiting jobs of its own workspace, 1 = the oldest. Jobs that come later may change it.
 */
export function placeOf(
  caps: Caps,
  own: { workspaceId: string; group: string; rank: number },
  queue: readonly QueueTally[],
): number {
  const mine = groupRules(caps, own.group);
  const ahead = queue
    .filter(({ workspaceId, group }) => workspaceId !== own.workspaceId || group !== own.group)
    .map(({ group, jobs }) => {
      const its = groupRules(caps, group);
      if (its.priority !== mine.priority) return its.priority < mine.priority ? jobs : 0;
      return Math.min(jobs, Math.floor(((own.rank - 1) * its.weight) / mine.weight));
    });
  return own.rank + ahead.reduce((sum, jobs) => sum + jobs, 0);
}
