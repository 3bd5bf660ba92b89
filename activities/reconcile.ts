import { find } from '../src/attempts/find';
import type { Job } from '../src/core/job/job';
import type { Attempt } from '../src/core/provider/attempt';
import type { ActivityDeps } from './deps';
import { pending } from './failure';
import { mayRepeat } from './repeat';

/**
 * A submit whose answer we never saw. Nothing is posted again: after the send deadline and a grace, in which a slow
 * worker could still have been sending, the provider is asked by our own id, or one of its callbacks names the job.
 * Found = adopted; not found within the window = `unknown`, for good. It is `absent` where the operator has asked that such
 * a submit is made once more, and the provider refuses a second one of the same id.
 */
export async function reconcile(
  deps: ActivityDeps,
  job: Pick<Job, 'inDoubtSince' | 'routes'>,
  attempt: Attempt,
): Promise<Attempt | 'unknown' | 'absent'> {
  const now = deps.now();
  const quietAt = attempt.sendDeadline + deps.waits.unknownGraceMs;
  if (now < quietAt) throw pending('waiting whether the submit arrived', quietAt - now);
  if (attempt.state === 'sending') {
    await deps.store.attempts.recordSubmit(
      attempt.id,
      { state: 'unknown', detail: 'found in sending' },
      now,
      attempt.sends,
    );
  }
  const found = await find(deps, attempt);
  if (found && found !== 'absent') return found;
  // Counted from the doubt, which begins when somebody is there to have it: a worker that was frozen before its send
  // still says that it sent nothing, and a provider is asked for as long after an outage as after a lost reply.
  const lookedUpFrom = Math.max(quietAt, job.inDoubtSince ?? now);
  if (now >= lookedUpFrom + deps.waits.unknownMs) {
    if (found === 'absent' && mayRepeat(deps, job, attempt)) return 'absent';
    deps.log.error({ jobId: attempt.jobId, channel: attempt.channel }, 'submit stays unknown');
    return 'unknown';
  }
  throw pending('the submit is in doubt; asking the provider', deps.waits.unknownLookMs);
}
