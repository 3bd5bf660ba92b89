import type { BookedEntry } from './ledger';

/**
 * What is left of top-ups whose points end. Points that end first are used first, those without an end last. What comes
 * back of a hold goes to where it was taken from, those that end last first. What a job held when the time of that
 * top-up was over comes back without an end, and so does every refund: what the rules leave open goes in the customer's
 * favour. So a late sweep takes no more than one that is on time. A top-up can be used until its expire, so that a late
 * sweep takes nothing that was used meanwhile; what is taken from it after its time and comes back is of it again.
 */
export interface Endings {
  /** Takes the next entries of one workspace, in the order of their ids. */
  follow(entries: readonly MovedEntry[]): void;
  /** Micro-points that are left of that top-up; 0 for one that is over, has no end, or is not known. */
  leftOf(topUp: bigint): bigint;
}

export type MovedEntry = Pick<
  BookedEntry,
  'id' | 'kind' | 'jobId' | 'available' | 'expiresAt' | 'entryId' | 'at'
>;

/** What was taken from a top-up; null stands for points without an end. */
interface Taken {
  from: bigint | null;
  amount: bigint;
}

/** What a job took, and the moment at which it did. */
interface Hold {
  at: number;
  taken: Taken[];
}

/** Begins at an entry before which no top-up with an end is left, as `firstToFollow` finds it. */
export function createEndings(): Endings {
  const lots = new Map<bigint, { expiresAt: number; left: bigint }>();
  const holds = new Map<string, Hold>();
  const take = (wanted: bigint): Taken[] => {
    const taken: Taken[] = [];
    let rest = wanted;
    const byEnd = [...lots].sort(([, a], [, b]) => a.expiresAt - b.expiresAt);
    for (const [from, lot] of byEnd) {
      const amount = least(lot.left, rest);
      if (amount === 0n) continue;
      lot.left -= amount;
      rest -= amount;
      taken.push({ from, amount });
    }
    return [...taken, { from: null, amount: rest }];
  };
  const giveBack = (jobId: string, returned: bigint, at: number): void => {
    const hold = holds.get(jobId);
    holds.delete(jobId);
    let rest = returned > 0n ? returned : 0n;
    for (const { from, amount } of hold?.taken.reverse() ?? []) {
      const back = least(amount, rest);
      const lot = from === null ? undefined : lots.get(from);
      if (lot && hold && !isHeldAt(lot.expiresAt, hold.at, at)) lot.left += back;
      rest -= back;
    }
  };
  const followOne = (entry: MovedEntry): void => {
    const { id, kind, jobId, available, expiresAt, entryId, at } = entry;
    switch (kind) {
      case 'top_up':
        if (expiresAt !== null) lots.set(id, { expiresAt, left: available });
        return;
      case 'hold':
        if (jobId !== null) holds.set(jobId, { at, taken: take(-available) });
        return;
      case 'settle':
      case 'release':
        if (jobId !== null) giveBack(jobId, available, at);
        if (available < 0n) take(-available);
        return;
      case 'adjust':
        if (available < 0n) take(-available);
        return;
      case 'expire':
        if (entryId !== null) lots.delete(entryId);
        return;
      case 'refund':
        return;
    }
  };
  return {
    follow: (entries) => {
      entries.forEach(followOne);
    },
    leftOf: (topUp) => lots.get(topUp)?.left ?? 0n,
  };
}

/** A moment at which a job began to hold is not yet one at which it held. */
const isHeldAt = (moment: number, from: number, to: number): boolean =>
  from < moment && moment <= to;

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** A top-up whose points end, and the id of the expire that ended it, if there is one. */
export interface Ending {
  id: bigint;
  expiredBy: bigint | null;
}

/**
 * Returns the id of the entry from which on a workspace's entries say what is left of its top-ups today: the first
 * top-up of the latest stretch in which there was always one with an end. Undefined when there is none. `endings` are
 * all of the workspace, by their ids.
 */
export function firstToFollow(endings: readonly Ending[]): bigint | undefined {
  let first: bigint | undefined;
  let over = 0n;
  let isAnyOpen = false;
  for (const { id, expiredBy } of endings) {
    const isNewStretch = !isAnyOpen && over < id;
    if (first === undefined || isNewStretch) first = id;
    if (expiredBy === null) isAnyOpen = true;
    else if (expiredBy > over) over = expiredBy;
  }
  return first;
}
