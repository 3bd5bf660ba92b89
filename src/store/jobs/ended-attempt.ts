import type { FrozenRoute } from '../../core/job/job';
import type { EndedAttempt } from '../../core/money/end-cost';
import type { AppliedRequest } from '../../core/request/request';
import type { WholeAttemptRow } from '../callbacks/announce';

/** Returns an attempt with what its job's row has frozen for its route: attempts are numbered as routes are tried. */
export function endedAttempt(
  attempt: Pick<WholeAttemptRow, 'state' | 'number' | 'billed' | 'verdict'>,
  job: { routes: readonly FrozenRoute[]; applied: AppliedRequest },
): EndedAttempt {
  const { state, number, billed, verdict } = attempt;
  const cost = job.routes[number - 1]?.cost;
  return { state, billed, verdict, cost, isLengthOpen: isLengthOpen(job) };
}

/** Says whether the model decided how long the video is. */
export const isLengthOpen = ({ applied }: { applied: AppliedRequest }): boolean =>
  applied.seconds <= 0;
