import type { Principal } from '../../api/principal';
import type { ContentAnswer, FileKind } from '../../job/files';
import type { Job } from '../../job/job';
import type { RangeWish } from '../../media/range';

/** The files of finished jobs. */
export interface Results {
  /** Opens a finished job's file, or the part of it that is wanted. */
  content(
    principal: Principal,
    id: string,
    kind: FileKind,
    wish: RangeWish,
  ): Promise<ContentAnswer>;
  /** Returns our own signed link to a result. */
  link(job: Job, kind: FileKind): string;
}
