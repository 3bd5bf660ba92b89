import type { Principal } from '../../api/principal';
import type { ContentAnswer, FileKind } from '../../job/files';
import type { Job } from '../../job/job';
import type { RangeWish } from '../../media/range';
import type { PictureKind } from '../pictures';

/** The files of jobs: what was made, and what was given to make it of. */
export interface Results {
  /**
   * Opens a finished job's file, or the part of it that is wanted, or a picture that is made of it, until `signal` aborts.
   */
  content(
    principal: Principal,
    id: string,
    kind: FileKind | PictureKind,
    wish: RangeWish & { signal: AbortSignal },
  ): Promise<ContentAnswer>;
  /** Opens a file that a caller gave; whoever asks has a link to it that was verified. */
  input(blob: string, wish: RangeWish): Promise<ContentAnswer>;
  /** Returns our own signed link to a result. */
  link(job: Job, kind: FileKind): string;
  /** Returns until when the files of a job stay, in Unix milliseconds; undefined where no end is known. */
  filesEndAt(job: Job): number | undefined;
}
