import { MILESTONES } from '../../core/ports/store/changes';
import type { Milestone } from '../../core/ports/store/changes';
import { createWaiting } from './waiting';
import type { Waiting } from './waiting';

/** Who waits for a milestone of which job. */
export interface Waiters extends Omit<Waiting<Milestone, boolean>, 'tell'> {
  /** It is past this milestone and all before it. */
  tell(jobId: string, reached: Milestone): void;
}

/** Makes the list of those who wait; true = told; false = too late, left, or everybody was dismissed. */
export function createWaiters(): Waiters {
  const waiting = createWaiting<Milestone, boolean>(false);
  return {
    ...waiting,
    tell(jobId, reached) {
      const last = MILESTONES.indexOf(reached);
      waiting.tell(jobId, (until) => MILESTONES.indexOf(until) <= last || undefined);
    },
  };
}
