import type { Moment } from '../src/attempts/rates';
import type { Job } from '../src/core/job/job';
import type { Catalog } from '../src/core/catalog/catalog';
import type { Attempt } from '../src/core/provider/attempt';
import type { WatchedAttempt } from '../src/core/ports/store/attempts';
import { DEADLINE_MARGIN_MS, untilDeadlineMs } from '../src/core/schedules';
import type { ActivityDeps } from './deps';
import { pending } from './failure';

type TurnDeps = Pick<ActivityDeps, 'rates' | 'metrics' | 'catalog' | 'now'>;

/** What an operator reads on the pending activity. */
const WAITS = 'waits for its moment under the rate limit of channel';

/**
 * Waits until a planned look may be made, or another job's call has this job in it. Throws a `pending` where that is not
 * soon: the job comes back then.
 */
export async function awaitLook(
  { rates, metrics, catalog, now }: TurnDeps,
  { attempt, job, pauses }: WatchedAttempt,
): Promise<Exclude<Moment, { kind: 'later' }>> {
  const { channel, jobId } = attempt;
  const { turnAt, deadlineAt } = job;
  const latest = deadlineAt - DEADLINE_MARGIN_MS;
  const share = jobsPerLook(catalog.channel(channel), attempt);
  rates.note(pauses);
  const moment = await rates.planned({ channel, line: 'looks', jobId, turnAt, latest, share });
  if (moment.kind !== 'later') return moment;
  const { waitMs } = moment;
  metrics.spaced(channel, waitMs);
  throw pending(`a look ${WAITS} ${channel}`, untilDeadlineMs(waitMs, deadlineAt - now()));
}

/** Returns how many jobs one call looks at, this one among them; 1 where there is no such call. */
function jobsPerLook(
  at: ReturnType<Catalog['channel']>,
  { looksAlone, operation }: Attempt,
): number {
  const many = at?.provider.many;
  if (!at || !many || !operation || looksAlone) return 1;
  if (many.shows?.(operation) === false) return 1;
  return Math.min(at.channel.jobsPerLook ?? Infinity, many.max);
}

/**
 * Waits until a submit may be sent, no longer than it is wanted. Throws a `pending` where that is not soon. False where
 * it is farther away than `patienceMs`; no moment is taken then.
 */
export async function awaitSubmit(
  { rates, now }: TurnDeps,
  { id: jobId, deadlineAt, startBy, turnAt }: Job,
  channel: string,
  patienceMs: number,
): Promise<boolean> {
  const latest = Math.min(deadlineAt, startBy ?? Infinity, now() + patienceMs);
  const moment = await rates.planned({ channel, line: 'rest', jobId, turnAt, latest, share: 1 });
  if (moment.kind !== 'later') return true;
  if (moment.waitMs > patienceMs) return false;
  throw pending(`the submit ${WAITS} ${channel}`, Math.min(moment.waitMs, latest - now()));
}
