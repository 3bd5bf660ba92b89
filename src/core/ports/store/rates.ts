import type { Line, Spacing } from '../../rates/spacing';

/** A call that asks for its moment. All times are Unix milliseconds. */
export interface MomentAsk {
  channel: string;
  line: Line;
  spacing: Spacing;
  now: number;
  /** A moment after this is of no use, and is not taken. */
  latest: number;
  /** The job remembers a moment that is later than `from`, so that who comes back for it need not ask again. */
  remember?: { jobId: string; from: number };
  /** So many planned looks may have one moment; 1 = each has its own. */
  share: number;
}

/** The moments of channels, shared by all processes. */
export interface RateStore {
  /**
   * Takes the first free moment of the channel in the call's line; where the other line is free earlier, anything but a
   * planned look goes there. A planned look that may share has the moment of the one before, if that is later than
   * `remember.from` and has room. `isTaken` is false when the moment would be too late.
   */
  take(ask: MomentAsk): Promise<{ at: number; isTaken: boolean }>;
  /**
   * Uses the moment `at` that a job remembers, for all jobs that share it, and lets them forget it, so that nobody uses
   * it twice. Returns their ids, the job's own among them; none where the job has another moment by now or none, or the
   * channel is paused.
   */
  use(job: { jobId: string; channel: string }, at: number, now: number): Promise<string[]>;
  /** Keeps all processes from calling the channel until then; a pause that is longer stays. */
  pause(channel: string, until: number): Promise<void>;
}

/** Channels that are or were paused, each with the end of its last pause in Unix milliseconds. */
export type Pauses = Readonly<Record<string, number>>;
