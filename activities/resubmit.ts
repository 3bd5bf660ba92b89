import type { FailureCode } from '../src/core/errors';
import type { Job } from '../src/core/job/job';
import { resubmitRoute } from '../src/core/job/next-route';
import type { Attempt } from '../src/core/provider/attempt';
import type { NextSubmit } from '../workflows/contract';
import type { ActivityDeps } from './deps';

/**
 * The one place where a job is submitted again that somebody may have begun to make: a server of the operator's own has
 * lost it, as after a restart, or never said whether it has it. That render is nobody's money. It happens as often as the
 * job's own list of ways allows, and is told each time. Undefined where the job ends with `because` instead.
 */
export function resubmission(
  { log, now }: Pick<ActivityDeps, 'log' | 'now'>,
  job: Job,
  attempt: Attempt,
  because: FailureCode,
): NextSubmit | undefined {
  const next = resubmitRoute(job, attempt.number);
  if (!next || now() >= job.deadlineAt || job.state === 'canceling') return undefined;
  const { number, route } = next;
  const { channel, provider } = route;
  log.warn(
    { jobId: job.id, attempt: attempt.number, channel: attempt.channel, because, next: channel },
    'a server of your own has lost the job; it is submitted again',
  );
  return { number, provider };
}
