import type { Claim } from '../../slots/caps';
import type { QueuePlace } from '../../slots/turns';

/** A job that wants to run, with the moment of its create, Unix milliseconds: the older goes first. */
export interface SlotClaim extends Claim {
  jobId: string;
  since: number;
}

/** A job whose turn has come, and the workflow that waits for it. */
export interface Granted {
  jobId: string;
  workflowId: string;
}

/** Slots of capped channels, workspaces and keys: one row for each job that holds one or waits for one. */
export interface SlotStore {
  /**
   * Asks for a slot. A job that holds one of that channel and model keeps it; one of another channel is given back. The
   * first answer is whether the job may run now; `granted` are others whose turn came with it. False for a job that has
   * ended.
   */
  ask(claim: SlotClaim, now: number): Promise<{ mayRun: boolean; granted: Granted[] }>;
  /** Gives back what a job holds, if it holds anything, and says whose turn came with it. */
  giveBack(jobId: string, now: number): Promise<Granted[]>;
  /** Returns where a job stands that waits; undefined for one that holds a slot or never asked for one. */
  placeOf(jobId: string): Promise<QueuePlace | undefined>;
  /**
   * Gives out what is free without anybody having said so: kept slots whose time is over, and caps that were raised.
   * Returns those whose turn came, and those that were told `lostMs` ago and have not begun.
   */
  review(now: number, lostMs: number): Promise<Granted[]>;
}
