import type { Job } from '../src/core/job/job';
import { nextRoute } from '../src/core/job/next-route';
import type { Attempt } from '../src/core/provider/attempt';
import { takesJobs } from '../src/attempts/send';
import type { SubmitResult } from '../workflows/contract';
import type { ActivityDeps } from './deps';
import { pending } from './failure';

/** How long a channel is waited for, and whose turn it is then. */

export const retryAtOf = ({ refusal }: Attempt): number => refusal?.retryAt ?? 0;

const MESSAGES = {
  slot: 'the account runs as many jobs as it may',
  reached: 'the provider cannot be reached',
  time: 'the provider is busy',
};

/** Waits until the next send, but no longer than until this channel is given up: a provider may name a day. */
export function busy(deps: ActivityDeps, job: Job, attempt: Attempt): Error {
  const message = MESSAGES[attempt.refusal?.until ?? 'time'];
  const endsAt = Math.min(givesUpAt(deps, job, attempt), job.startBy ?? Infinity);
  return pending(message, Math.min(retryAtOf(attempt), endsAt) - deps.now());
}

export function tooLate(
  deps: ActivityDeps,
  job: Job,
  isCanceling: boolean,
): SubmitResult | undefined {
  if (isCanceling) return { state: 'ended', ruling: { kind: 'canceled' } };
  if (job.startBy !== undefined && deps.now() >= job.startBy) {
    return { state: 'ended', ruling: { kind: 'unstarted' } };
  }
  if (deps.now() >= job.deadlineAt) {
    return { state: 'ended', ruling: { kind: 'failure', code: 'timed_out' } };
  }
  return undefined;
}

/**
 * A channel that left the config, no longer serves the model, is being drained or is left alone because it is sick is the
 * next one's turn. Where there is none it is waited for as a busy one is: a worker may read its config later than the
 * API that took the job, and who is sick may be well again.
 */
export function passedOver(deps: ActivityDeps, job: Job, number: number): SubmitResult {
  const { channel = '' } = job.routes[number - 1] ?? {};
  const next = nextRoute(job, number);
  const leftMs = busyUntil(deps, job, number) - deps.now();
  if (!next && leftMs > 0) {
    const pauseMs = Math.min(leftMs, deps.waits.busyRetryMaxMs);
    throw pending(`channel ${channel} takes no jobs; waiting for it`, pauseMs);
  }
  const about = { jobId: job.id, channel, next: next?.channel };
  // That a channel is sick was said when its breaker opened.
  if (takesJobs(deps, channel)) deps.log.info(about, 'a channel of the job is left alone for now');
  else deps.log.error(about, 'a channel of the job has left the config, or is being drained');
  if (next) return { state: 'next', number: number + 1, provider: next.provider };
  return { state: 'ended', ruling: { kind: 'failure', code: 'provider_unreachable' } };
}

/** A host that was not reached is not waited for while another channel is left. */
export const isNextUp = (job: Job, { number, refusal }: Attempt): boolean =>
  refusal?.until === 'reached' && nextRoute(job, number) !== undefined;

/** A slot is free as soon as another job of the account ends; where there is no other channel it is waited for. */
export function givesUpAt(deps: ActivityDeps, job: Job, { number, refusal }: Attempt): number {
  if (refusal?.until === 'slot' && !nextRoute(job, number)) return job.deadlineAt;
  return busyUntil(deps, job, number);
}

/** Says when the channel at that place of the job's list is given up for being busy, in Unix milliseconds. */
function busyUntil(deps: ActivityDeps, job: Job, number: number): number {
  return Math.min(job.createdAt + deps.waits.busyMs * number, job.deadlineAt);
}
