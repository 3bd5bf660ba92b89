import { reachOf } from '../src/core/catalog/reach';
import { send, isServed } from '../src/attempts/send';
import type { Job } from '../src/core/job/job';
import type { Attempt } from '../src/core/provider/attempt';
import type { ActivityDeps } from './deps';
import { pending } from './failure';
import { tooLate } from './patience';
import { tryPrepare } from './prepare-tries';

/**
 * The one exception of "never posted again", off unless a channel's operator asks for it: a submit that the provider has
 * never had by its own lookups, at a provider that refuses a second submit of the same id. It happens once, to the same
 * channel under the very config that planned the job, and a refusal of it ends the job: no other channel makes the video.
 */
export function mayRepeat(
  { catalog }: Pick<ActivityDeps, 'catalog'>,
  { routes }: Pick<Job, 'routes'>,
  attempt: Attempt,
): boolean {
  const at = reachOf({ catalog }, attempt);
  if (attempt.repeatedAt !== undefined || at?.channel.repeatsLostSubmits !== true) return false;
  // Another config may lead the channel to another account, which has truly never had the submit.
  if (routes[attempt.number - 1]?.config !== catalog.version()) return false;
  return at.provider.refusesRepeats?.(attempt.model) === true;
}

/** Submits once more. Returns the attempt as it stands then; `unknown` where nobody wants it any longer. */
export async function repeat(
  deps: ActivityDeps,
  job: Job,
  attempt: Attempt,
): Promise<Attempt | 'unknown'> {
  const route = job.routes[attempt.number - 1];
  const isCanceling = await deps.store.jobs.isCancelRequested(job.id);
  if (!route || !isServed(deps, route) || tooLate(deps, job, isCanceling)) return 'unknown';
  if (await deps.health.isShut(route.channel)) {
    throw pending('the channel of a submit in doubt is sick', deps.waits.unknownLookMs);
  }
  const prepared = await tryPrepare(deps, job, route, attempt.id);
  if (!prepared) return 'unknown';
  if (deps.stopping.aborted) throw pending('this process is stopping; the next one sends', 1);
  const { tokenHash: callbackTokenHash, sendingAt, sendDeadline } = prepared;
  const sends = await deps.store.attempts.repeat(attempt.id, {
    callbackTokenHash,
    sendingAt,
    sendDeadline,
  });
  if (sends === undefined) throw pending('another try is sending', 1_000);
  const about = { jobId: job.id, attempt: attempt.number, channel: attempt.channel };
  deps.log.warn(about, 'the provider never had the submit; it is made once more under the same id');
  return send(deps, { ...attempt, sends, repeatedAt: sendingAt }, prepared);
}
