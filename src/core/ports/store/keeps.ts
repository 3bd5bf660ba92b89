import type { Job } from '../../job/job';
import type { FileKind } from '../../job/files';

export interface KeepStore {
  /** Undefined when there is nothing (more) to keep. `since`: when this round of tries began, Unix milliseconds. */
  pending(
    jobId: string,
  ): Promise<
    { workspaceId: string; channel: string; outputs: Job['outputs']; since: number } | undefined
  >;
  /** The copy is not tried any more, until an operator asks for it again. */
  giveUp(jobId: string, because: string, now: number): Promise<void>;
  /** Gives up copies that were started before that moment and have not ended; the number of copies. */
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
