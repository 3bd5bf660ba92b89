import type { Job } from '../../job/job';
import type { TraceContext } from '../../job/trace';
import type { FileKind } from '../../job/files';

/** A result that is to be copied. */
export interface PendingCopy {
  workspaceId: string;
  channel: string;
  outputs: Job['outputs'];
  /** The begin of this round of tries, in Unix milliseconds. */
  since: number;
  trace?: TraceContext | undefined;
}

export interface ClaimedCopy extends PendingCopy {
  jobId: string;
}

export interface KeepStore {
  /** Reads the copy that a job still waits for; undefined when there is nothing (more) to keep. */
  pending(jobId: string): Promise<PendingCopy | undefined>;
  /**
   * Claims copies that nobody has begun, oldest first and at most `limit`, until `until`; it passes over those that
   * somebody else has claimed or locked, and over the workspaces `notOf`.
   */
  claim(
    now: number,
    until: number,
    which: { limit: number; notOf: readonly string[] },
  ): Promise<ClaimedCopy[]>;
  /** Moves the end of the claims on copies that have no workflow. */
  claimUntil(jobIds: readonly string[], until: number): Promise<void>;
  /** The copy is not tried any more, until an operator asks for it again. */
  giveUp(jobId: string, because: string, now: number): Promise<void>;
  /** Gives up copies that were started before that moment and have not ended; returns their number. */
  endOverdue(startedBefore: number, now: number): Promise<number>;
  record(
    jobId: string,
    files: readonly { kind: FileKind; blob: string; bytes: number; mime: string }[],
    now: number,
  ): Promise<void>;
  /**
   * Marks an ended job for review, its result cannot be fetched for this reason, and says whether this call did: one
   * that waits for review already stays as it is. Storing the copy ends it.
   */
  noteUnfetched(jobId: string, detail: string): Promise<boolean>;
  files(
    workspaceId: string,
    jobId: string,
  ): Promise<readonly { kind: FileKind; blob: string; bytes: number; mime: string }[]>;
  /** The channel whose origins serve this job's result links. */
  channelOf(workspaceId: string, jobId: string): Promise<string | undefined>;
}
