import { isFinal } from '../core/job/outcome';
import type { Attempt } from '../core/provider/attempt';
import type { LookDeps } from './deps';
import { look } from './look';
import { find } from './find';

/**
 * Looks after jobs that were given up without the provider's word, for one more deadline. What is heard is booked as
 * our own cost by the store; nothing here changes a job or a bill. A provider's callback does the same, sooner.
 * How many verdicts were heard.
 */
export async function watchLate(deps: LookDeps): Promise<number> {
  const { lateLookMs } = deps.waits;
  const due = await deps.store.sweep.takeLate(deps.now(), lateLookMs, deps.limits.lateLooks);
  const heard = await Promise.all(due.map((attempt) => watchOne(deps, attempt)));
  return heard.filter((isHeard) => isHeard).length;
}

/** One that cannot be looked after takes nothing from the others. */
async function watchOne(deps: LookDeps, attempt: Attempt): Promise<boolean> {
  try {
    return await watch(deps, attempt);
  } catch (error) {
    deps.log.error(
      { jobId: attempt.jobId, err: error },
      'a late look failed; the next comes later',
    );
    return false;
  }
}

/** The word on an ended job is booked, and shown to nobody. */
const ENDED = { isOpen: false, passesThrough: false };

async function watch(deps: LookDeps, attempt: Attempt): Promise<boolean> {
  const known = attempt.state === 'unknown' ? await find(deps, attempt) : attempt;
  if (known === undefined || known === 'absent' || known.state !== 'accepted') return false;
  const seen = await look(deps, { attempt: known, job: ENDED });
  if (seen.kind !== 'verdict' || !isFinal(seen.verdict)) return false;
  deps.log.warn(
    { jobId: attempt.jobId, channel: attempt.channel, verdict: seen.verdict.state },
    'a late verdict; booked as our cost',
  );
  return true;
}
