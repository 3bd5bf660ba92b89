import { reachOf } from '../src/core/catalog/reach';
import { failure } from '../src/core/errors';
import type { FailureCode } from '../src/core/errors';
import { given } from '../src/core/json/fields';
import { isFinal } from '../src/core/job/outcome';
import type { Attempt } from '../src/core/provider/attempt';
import type { WatchedAttempt } from '../src/core/ports/store/attempts';
import { isLookDue, pollDelayMs } from '../src/core/schedules';
import type { AwaitResult, Ruling } from '../workflows/contract';
import { awaitLook } from './await-turn';
import type { ActivityDeps } from './deps';
import { pending } from './failure';
import { resubmission } from './resubmit';
import { describe, look } from '../src/attempts/look';
import { lookTogether } from '../src/attempts/look-together';
import { tellCancel } from '../src/attempts/tell-cancel';

/** What a model takes when nobody knows better. */
const USUAL_MS = 60_000;
/** The simulator ends a job 3 to 6 seconds after it took it. */
const SIMULATED_USUAL_MS = 4_500;

/**
 * The whole wait of a job: each try is one look; "not yet" goes back to the server as a delay, so a waiting job holds
 * no slot here and adds nothing to the history. A callback of the provider may end it from outside. `plannedAt` gives the
 * moment for which the try was planned, Unix milliseconds; without it nobody counts how late looks are.
 */
export function poll(deps: ActivityDeps, plannedAt?: () => number) {
  return async ({ jobId }: { jobId: string }): Promise<AwaitResult> => {
    const { usualMs, ...watched } = await waiting(deps, jobId);
    const { attempt, job } = watched;
    const elapsedMs = deps.now() - (attempt.acceptedAt ?? attempt.sendingAt);
    const wait = (message: string, retryAfterMs?: number): Error =>
      pending(
        message,
        pollDelayMs(deps.waits.cadence, {
          elapsedMs,
          usualMs,
          remainingMs: job.deadlineAt - deps.now(),
          retryAfterMs,
          random: deps.random(),
        }),
      );
    if (!attempt.verdict && !isLookDue(deps.waits.cadence, elapsedMs, usualMs)) {
      throw wait('accepted; the first look comes later');
    }
    const moment = attempt.verdict ? OWN : await awaitLook(deps, watched);
    if (plannedAt) deps.metrics.looked(attempt.channel, deps.now() - plannedAt());
    if (moment.kind === 'shared') throw wait('looked at by the call of another job');
    const seen = await lookTogether(deps, watched, moment.sharedWith);
    if (seen.kind === 'transient') throw wait(seen.detail, seen.retryAfterMs);
    if (seen.kind === 'unheard') return unheard(deps, attempt, seen.code);
    if (!isFinal(seen.verdict)) {
      throw wait(describe(seen.verdict, elapsedMs, usualMs));
    }
    return { state: seen.verdict.state };
  };
}

/** The wait is over without the provider's word; a job that is gone from a server of one's own may be made again. */
async function unheard(
  deps: ActivityDeps,
  attempt: Attempt,
  code: FailureCode,
): Promise<AwaitResult> {
  const job = code === 'provider_lost' ? await deps.store.jobs.load(attempt.jobId) : undefined;
  const again = job && resubmission(deps, job, attempt, code);
  return { state: 'failed', unheard: code, ...given({ again }) };
}

const OWN = { kind: 'now', sharedWith: [] } as const;

async function waiting(
  deps: ActivityDeps,
  jobId: string,
): Promise<WatchedAttempt & { usualMs: number }> {
  const watched = await deps.store.attempts.watched(jobId);
  if (!watched) throw new Error(`job ${jobId} has no attempt to wait for`);
  const { attempt } = watched;
  const usualMs =
    (await deps.store.attempts.usualMs(attempt.provider, attempt.model)) ??
    capabilitiesUsualMs(deps, attempt) ??
    USUAL_MS;
  return { ...watched, usualMs };
}

function capabilitiesUsualMs(deps: ActivityDeps, attempt: Attempt): number | undefined {
  const at = reachOf(deps, attempt);
  if (at?.channel.simulated) return SIMULATED_USUAL_MS;
  const seconds = at?.provider.models[attempt.model]?.usualSeconds;
  return seconds === undefined ? undefined : seconds * 1_000;
}

/**
 * The engine ran out of time for this job; the provider may have finished all the same. One look decides; only a job
 * that still runs has timed out, and is then canceled at the provider as far as it can be.
 */
export function lastLook(deps: ActivityDeps) {
  return async ({ jobId }: { jobId: string }): Promise<Ruling> => {
    const watched = await deps.store.attempts.watched(jobId);
    if (!watched || watched.attempt.state === 'refused') {
      return { kind: 'failure', code: 'timed_out' };
    }
    const { attempt } = watched;
    if (attempt.state !== 'accepted') return { kind: 'failure', code: 'submission_unknown' };
    const seen = await look(deps, watched);
    if (seen.kind === 'transient') {
      throw pending(seen.detail, seen.retryAfterMs ?? deps.waits.lookRetryMs);
    }
    if (seen.kind === 'unheard') return { kind: 'failure', code: seen.code };
    if (isFinal(seen.verdict)) return { kind: 'verdict' };
    await tellCancel(deps, attempt, seen.verdict);
    return { kind: 'failure', code: failure('timed_out').code };
  };
}
