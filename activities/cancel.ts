import { isFinal } from '../src/core/job/outcome';
import type { Verdict } from '../src/core/job/outcome';
import type { WatchedAttempt } from '../src/core/ports/store/attempts';
import type { CancelResult, Ruling } from '../workflows/contract';
import type { ActivityDeps } from './deps';
import { transient } from './failure';
import { look, type Look } from '../src/attempts/look';
import { reachOf } from '../src/core/catalog/reach';
import { tellCancel } from '../src/attempts/tell-cancel';

/**
 * The verdict on a cancel comes from a look, never from the provider's answer to it: look, cancel only where the
 * provider can, look again. A cancel that the provider did not take is asked for again, for as long as one is tried. What
 * still runs then runs to its natural end, and that decides state and bill. What a server of one's own does not know any
 * more is canceled: it forgot the job when it was asked to stop, or before, and bills nobody.
 */
export function cancel(deps: ActivityDeps) {
  return async ({ jobId }: { jobId: string }): Promise<CancelResult> => {
    const job = await deps.store.jobs.load(jobId);
    if (!job) throw new Error(`no job ${jobId}`);
    // A cancel from the engine's side (operator, parent) is shown to readers like one from an endpoint, and keeps a
    // submit that has not begun from beginning.
    await deps.store.jobs.requestCancel(job.workspaceId, jobId, deps.now());
    const watched = await deps.store.attempts.watched(jobId);
    if (!watched || watched.attempt.state === 'refused') {
      return { state: 'ended', ruling: { kind: 'canceled' } };
    }
    const { attempt } = watched;
    if (attempt.state !== 'accepted') return { state: 'unresolved' };

    const before = await mustLook(deps, watched);
    if ('ruling' in before) return { state: 'ended', ruling: before.ruling };
    const told = await tellCancel(deps, attempt, before.running);
    if (told === 'never') return { state: 'running' };
    if (told === 'later')
      throw transient('the cancel waits for its moment', deps.waits.lookRetryMs);
    // Anew: the look before may have changed the row, and a look is compared with what it was read to be.
    const after = await mustLook(deps, (await deps.store.attempts.watched(jobId)) ?? watched);
    if ('ruling' in after) return { state: 'ended', ruling: after.ruling };
    if (told === 'unheard')
      throw transient('the provider did not take the cancel', deps.waits.lookRetryMs);
    return { state: 'running' };
  };
}

/** Why it has ended, or how it runs. */
async function mustLook(
  deps: ActivityDeps,
  watched: WatchedAttempt,
): Promise<{ ruling: Ruling } | { running: Verdict }> {
  const seen = await look(deps, watched);
  const isOwn = reachOf(deps, watched.attempt)?.channel.selfHosted === true;
  if (isOwn && isForgotten(seen)) return { ruling: { kind: 'canceled' } };
  switch (seen.kind) {
    case 'transient':
      throw transient(seen.detail, seen.retryAfterMs ?? deps.waits.lookRetryMs);
    case 'unheard':
      return { ruling: { kind: 'failure', code: seen.code } };
    case 'verdict':
      return isFinal(seen.verdict) ? { ruling: { kind: 'verdict' } } : { running: seen.verdict };
  }
}

const isForgotten = (seen: Look): boolean =>
  seen.kind === 'transient'
    ? seen.doubt === 'gone'
    : seen.kind === 'unheard' && seen.code === 'provider_lost';
