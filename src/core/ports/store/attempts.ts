import type { Attempt, Doubt } from '../../provider/attempt';
import type { StoredReply } from '../../provider/native';
import type { Job } from '../../job/job';
import type { TraceContext } from '../../job/trace';
import type { BilledEnds } from '../../request/capabilities';
import type { SubmitReading } from '../../provider/provider';
import type { Reply } from '../../provider/exchange';
import type { Pauses } from './rates';
import type { Operation, Verdict } from '../../job/outcome';

/** An attempt with the replies that its provider gave. */
export interface AttemptReplies {
  attempt: Attempt;
  submitReply: StoredReply | undefined;
  /** What the provider answered the last look; after the job's end it is there only where that look ended the job. */
  reply: StoredReply | undefined;
}

/** An attempt with what a look at it must know of its job. */
export interface WatchedAttempt {
  attempt: Attempt;
  job: WatchedJob;
  pauses: Pauses;
}

export interface WatchedJob {
  workflowId: string;
  /** Unix milliseconds. */
  deadlineAt: number;
  /** The moment that it has for its next call, Unix milliseconds; one in the past is over. */
  turnAt?: number | undefined;
  /** False once the job has ended: what is heard then is booked and shown to nobody. */
  isOpen: boolean;
  /** Its callers read the provider's own replies. */
  passesThrough: boolean;
  trace?: TraceContext | undefined;
}

export interface AttemptStore {
  latest(jobId: string): Promise<Attempt | undefined>;
  /** Reads the latest attempt of a job for a look; undefined while there is none. */
  watched(jobId: string): Promise<WatchedAttempt | undefined>;
  /** Does the same for many jobs, in any order; a job without an attempt is left out. */
  watchedOf(jobIds: readonly string[]): Promise<WatchedAttempt[]>;
  /** Notes that a call which looks at many jobs said nothing of these attempts: they are looked at alone. */
  lookAlone(ids: readonly string[]): Promise<void>;
  /** Reads the attempt that a provider's callback names by the hash of its token. */
  watchedByToken(hash: string): Promise<WatchedAttempt | undefined>;
  /**
   * Inserts the row `sending` BEFORE any POST. Returns null when another try was faster, or the job ended or is to be
   * canceled.
   */
  open(attempt: {
    id: string;
    job: Job;
    number: number;
    channel: string;
    provider: string;
    model: string;
    billed: BilledEnds;
    callbackTokenHash: string;
    sendingAt: number;
    sendDeadline: number;
  }): Promise<Attempt | null>;
  /**
   * Turns a refused attempt into a sending one, which is sent again. Returns its new number of sends; undefined when it
   * was not refused any more, or where `open` gives null.
   */
  reopen(
    id: string,
    times: { callbackTokenHash: string; sendingAt: number; sendDeadline: number },
  ): Promise<number | undefined>;
  /**
   * Turns an attempt in doubt into a sending one, which is submitted once more under the same id; once in its life, also
   * where that submit is in doubt again. Returns as `reopen` does.
   */
  repeat(
    id: string,
    times: { callbackTokenHash: string; sendingAt: number; sendDeadline: number },
  ): Promise<number | undefined>;
  /**
   * sending | unknown -> the reading. An accepted row is never changed, and neither is that of a later send when the
   * reading belongs to the one numbered `send`; but the provider's own answer is added to it when a callback was
   * faster. Returns the row as it is then. An operation that another attempt of the channel has is not taken: the row
   * stays in doubt, `unknown`.
   */
  recordSubmit(
    id: string,
    reading: SubmitReading & { reply?: Reply },
    now: number,
    send?: number,
  ): Promise<Attempt>;
  /**
   * Stores a look: phase, progress, and a final verdict with its reply once. A verdict on a job that was given up is
   * booked as a late one, at our cost. The `reply` of a running look is given only where the job's callers read it; it is
   * stored where it changed. Answers the ids of the deliveries that tell the caller of a state which the provider shows
   * for the first time; only callers of a pass-through dialect are told of states before the end.
   */
  recordLook(
    id: string,
    look: { verdict: Verdict; reply: Reply | undefined; now: number },
  ): Promise<string[]>;
  /**
   * Stores a look that ends no job by itself, with the moment of the look as `since`; answers since when every look was
   * one of that kind, Unix milliseconds. Any other look ends the row. A job that is said to have succeeded is shown as
   * running meanwhile.
   */
  recordDoubt(id: string, doubt: Doubt): Promise<number>;
  /** Ends a row of doubts without anything that a look would store. */
  endDoubt(id: string): Promise<void>;
  /** Does any job of any workspace, deleted ones included, go by this handle? */
  isKnown(provider: string, operation: Operation): Promise<boolean>;
  /** Reads the latest attempt, with its replies, of each of these jobs that has one. */
  latestReplies(jobIds: readonly string[]): Promise<ReadonlyMap<string, AttemptReplies>>;
  /**
   * Median run time of recent successes of that model in milliseconds; undefined with fewer than five. Measured anew
   * after a while, `usualMemoMs`.
   */
  usualMs(provider: string, model: string): Promise<number | undefined>;
}
