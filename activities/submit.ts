import type { Job } from '../src/core/job/job';
import { isTerminal } from '../src/core/job/job';
import { nextRoute } from '../src/core/job/next-route';
import type { Attempt } from '../src/core/provider/attempt';
import { isServed, send } from '../src/attempts/send';
import type { SubmitResult } from '../workflows/contract';
import type { ActivityDeps } from './deps';
import { pending } from './failure';
import { hearOfRoute } from './newer-config';
import { busy, givesUpAt, isNextUp, passedOver, retryAtOf, tooLate } from './patience';
import { tryPrepare } from './prepare-tries';
import { reconcile } from './reconcile';
import { repeat } from './repeat';
import { resubmission } from './resubmit';
import { inRoom, mayBegin, waitForTurn } from './submit-turn';

/**
 * Submits a job so that at most one submit is accepted (P1 "one submit"). The attempt's row says `sending` before any
 * byte leaves; a later try that finds it so never posts again but finds out. Every recorded outcome is returned as it
 * is, so a retry, a reset or a duplicate of this activity changes nothing.
 */
export function submit(deps: ActivityDeps) {
  return async (input: { jobId: string; number: number }): Promise<SubmitResult> => {
    const found = await deps.store.jobs.withAttempt(input.jobId);
    if (!found) throw new Error(`no job ${input.jobId}`);
    const { job, attempt, pauses } = found;
    deps.rates.note(pauses);
    if (isTerminal(job.state)) return { state: 'ended', ruling: { kind: 'verdict' } };
    if (attempt && attempt.number >= input.number) return standing(deps, job, attempt);
    // A wish to cancel that comes later is found by `open`, under the job's lock.
    const over = tooLate(deps, job, job.state === 'canceling');
    if (over) return over;
    // Before a slot is asked for: whoever goes on has asked for both.
    const route = job.routes[input.number - 1];
    await hearOfRoute(deps, job, route);
    const channel = route?.channel;
    if (channel !== undefined && (await deps.health.isShut(channel))) {
      return passedOver(deps, job, input.number);
    }
    const waits = await waitForTurn(deps, job, input.number);
    if (waits) return waits;
    return inRoom(deps, job, () => begin(deps, job, input.number));
  };
}

async function begin(deps: ActivityDeps, job: Job, number: number): Promise<SubmitResult> {
  const route = job.routes[number - 1];
  if (!route) return { state: 'ended', ruling: { kind: 'refused' } };
  if (!isServed(deps, route)) return passedOver(deps, job, number);
  const prepared = await tryPrepare(deps, job, route);
  if (!prepared) return UNPREPARED;
  if (!(await mayBegin(deps, job, number))) return passedOver(deps, job, number);
  handOnAtStop(deps);
  const opened = await deps.store.attempts.open({
    id: prepared.sent.attemptId,
    job,
    number,
    channel: route.channel,
    provider: route.provider,
    model: prepared.sent.model,
    billed: prepared.billed,
    callbackTokenHash: prepared.tokenHash,
    sendingAt: prepared.sendingAt,
    sendDeadline: prepared.sendDeadline,
  });
  if (!opened) throw pending('another try is sending', 1_000);
  return standing(deps, job, await send(deps, opened, prepared));
}

const UNPREPARED: SubmitResult = { state: 'ended', ruling: { kind: 'failure', code: 'internal' } };

/** What a recorded attempt means for the workflow. */
async function standing(deps: ActivityDeps, job: Job, attempt: Attempt): Promise<SubmitResult> {
  switch (attempt.state) {
    case 'accepted':
      return acceptedAt(deps, attempt);
    case 'refused':
      return refused(deps, job, attempt);
    case 'sending':
    case 'unknown':
      return reconciled(deps, job, attempt);
  }
}

/** The result names the provider's own id, so that an operator finds it in the history. */
function acceptedAt({ catalog }: ActivityDeps, attempt: Attempt): SubmitResult {
  const { provider, channel, operation } = attempt;
  const speaks = catalog.channel(channel)?.provider;
  const providerId = operation && speaks?.operationId?.(operation);
  return {
    state: 'accepted',
    provider,
    channel,
    ...(providerId === undefined ? {} : { providerId }),
  };
}

async function reconciled(deps: ActivityDeps, job: Job, attempt: Attempt): Promise<SubmitResult> {
  const known = await reconcile(deps, job, attempt);
  if (known === 'absent') {
    return inRoom(deps, job, async () => {
      const repeated = await repeat(deps, job, attempt);
      return repeated === 'unknown' ? GIVEN_UP : standing(deps, job, repeated);
    });
  }
  if (known !== 'unknown') return standing(deps, job, known);
  const again = resubmission(deps, job, attempt, 'submission_unknown');
  return again ? { state: 'next', ...again } : GIVEN_UP;
}

const GIVEN_UP: SubmitResult = {
  state: 'ended',
  ruling: { kind: 'failure', code: 'submission_unknown' },
};

/** A refusal made no job, so the same channel may be tried again, then the next; `final` ends the job. */
async function refused(deps: ActivityDeps, job: Job, attempt: Attempt): Promise<SubmitResult> {
  const refusal = attempt.refusal;
  // Its send may have taken a minute.
  const over = tooLate(deps, job, await deps.store.jobs.isCancelRequested(job.id));
  if (over) return over;
  // Whoever was asked twice is the only one: the first submit was never refused.
  const isLast = refusal?.scope === 'final' || attempt.repeatedAt !== undefined;
  if (!refusal || isLast) return { state: 'ended', ruling: { kind: 'refused' } };
  const next = nextRoute(job, attempt.number);
  const isPatient = deps.now() < givesUpAt(deps, job, attempt);
  if (refusal.scope === 'retry' && isPatient && !isNextUp(job, attempt)) {
    if (deps.now() < retryAtOf(attempt)) throw busy(deps, job, attempt);
    return inRoom(deps, job, () => again(deps, job, attempt));
  }
  if (!next) return { state: 'ended', ruling: { kind: 'refused' } };
  return { state: 'next', number: attempt.number + 1, provider: next.provider };
}

async function again(deps: ActivityDeps, job: Job, attempt: Attempt): Promise<SubmitResult> {
  const route = job.routes[attempt.number - 1];
  if (!route) return { state: 'ended', ruling: { kind: 'refused' } };
  const { number } = attempt;
  if (!isServed(deps, route) || (await deps.health.isShut(route.channel))) {
    return passedOver(deps, job, number);
  }
  const prepared = await tryPrepare(deps, job, route, attempt.id);
  if (!prepared) return UNPREPARED;
  if (!(await mayBegin(deps, job, number))) return passedOver(deps, job, number);
  handOnAtStop(deps);
  const sends = await deps.store.attempts.reopen(attempt.id, {
    callbackTokenHash: prepared.tokenHash,
    sendingAt: prepared.sendingAt,
    sendDeadline: prepared.sendDeadline,
  });
  if (sends === undefined) throw pending('another try is sending', 1_000);
  const sent = await send(deps, { ...attempt, sends }, prepared);
  // Refused again: the server plans the next try, no loop here.
  if (sent.state === 'refused' && sent.refusal?.scope === 'retry' && !isNextUp(job, sent)) {
    throw busy(deps, job, sent);
  }
  return standing(deps, job, sent);
}

/** A process that is stopping begins no POST: it would have to wait for its end. Throws to hand the job on. */
function handOnAtStop({ stopping }: ActivityDeps): void {
  if (stopping.aborted) throw pending('this process is stopping; the next one sends', 1);
}
