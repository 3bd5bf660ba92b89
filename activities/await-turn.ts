import type { Job } from '../src/core/job/job';
import type { WatchedAttempt } from '../src/core/ports/store/attempts';
import { DEADLINE_MARGIN_MS, untilDeadlineMs } from '../src/core/schedules';
import type { ActivityDeps } from './deps';
import { pending } from './failure';

type TurnDeps = Pick<ActivityDeps, 'rates' | 'metrics' | 'now'>;

/** What an operator reads on the pending activity. */
const WAITS = 'waits for its moment under the rate limit of channel';

/** Waits until a planned look may be made. Throws a `pending` where that is not soon: the job comes back then. */
export async function awaitLook(
  { rates, metrics, now }: TurnDeps,
  { attempt: { channel, jobId }, job, pauses }: WatchedAttempt,
): Promise<void> {
  const { turnAt, deadlineAt } = job;
  const latest = deadlineAt - DEADLINE_MARGIN_MS;
  rates.note(pauses);
  const waitMs = await rates.planned({ channel, line: 'looks', jobId, turnAt, latest });
  if (waitMs === 0) return;
  metrics.spaced(channel, waitMs);
  throw pending(`a look ${WAITS} ${channel}`, untilDeadlineMs(waitMs, deadlineAt - now()));
}

/** Waits until a submit may be sent, no longer than it is wanted. Throws a `pending` where that is not soon. */
export async function awaitSubmit(
  { rates, now }: TurnDeps,
  { id: jobId, deadlineAt, startBy, turnAt }: Job,
  channel: string,
): Promise<void> {
  const latest = Math.min(deadlineAt, startBy ?? Infinity);
  const waitMs = await rates.planned({ channel, line: 'rest', jobId, turnAt, latest });
  if (waitMs === 0) return;
  throw pending(`the submit ${WAITS} ${channel}`, Math.min(waitMs, latest - now()));
}
