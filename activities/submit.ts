import type { FrozenRoute, Job } from '../src/core/job/job';
import { isTerminal } from '../src/core/job/job';
import type { Attempt } from '../src/core/provider/attempt';
import type { SubmitResult } from '../workflows/contract';
import { awaitSubmit } from './await-turn';
import type { ActivityDeps } from './deps';
import { capsOn } from '../src/core/slots/caps';
import { sayQueue } from './admit';
import { pending } from './failure';
import { reconcile } from './reconcile';
import { tryPrepare } from './prepare-tries';
import { tellTurns } from './turns';
import { isServed, send, sendBytesOf, takesJobs } from '../src/attempts/send';

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
    const channel = job.routes[input.number - 1]?.channel;
    if (channel !== undefined && (await deps.health.isShut(channel))) {
      return passedOver(deps, job, input.number);
    }
    const waits = await waitForTurn(deps, job, input.number);
    if (waits) return waits;
    return inRoom(deps, job, () => begin(deps, job, input.number));
  };
}

/**
 * Asks for a slot where the channel, the workspace or the key has a cap; undefined when the job may run now. A job that
 * comes from another channel gives that one's back.
 */
async function waitForTurn(
  deps: ActivityDeps,
  job: Job,
  number: number,
): Promise<SubmitResult | undefined> {
  const route = job.routes[number - 1];
  if (!route || !isServed(deps, route)) return undefined;
  const { id: jobId, workspaceId, keyId, group, createdAt: since } = job;
  const claim = { channel: route.channel, model: route.model, workspaceId, keyId, group };
  if (capsOn(deps.caps, claim).length === 0) {
    if (number > 1) await tellTurns(deps, await deps.store.slots.giveBack(jobId, deps.now()));
    return undefined;
  }
  const asked = await deps.store.slots.ask({ ...claim, jobId, since }, deps.now());
  await tellTurns(deps, asked.granted);
  if (asked.mayRun) return undefined;
  const queue = await deps.store.slots.placeOf(jobId);
  // None: its turn came in this moment, and admit ends at once.
  return { state: 'wait', said: queue ? sayQueue(queue) : 'its turn has come' };
}

/** What many large submits hold at once would end the process; a job waits for room as for a busy provider. */
async function inRoom(
  deps: ActivityDeps,
  job: Job,
  work: () => Promise<SubmitResult>,
): Promise<SubmitResult> {
  const bytes = await sendBytesOf(deps, job);
  const result = await deps.sending.within(bytes, deps.waits.sendRoomMs, work);
  if (!result) throw pending('waiting for memory to send its files from', 1_000);
  return result;
}

async function begin(deps: ActivityDeps, job: Job, number: number): Promise<SubmitResult> {
  const route = job.routes[number - 1];
  if (!route) return { state: 'ended', ruling: { kind: 'refused' } };
  if (!isServed(deps, route)) return passedOver(deps, job, number);
  const prepared = await tryPrepare(deps, job, route);
  if (!prepared) return UNPREPARED;
  if (!(await mayBegin(deps, job, route))) return passedOver(deps, job, number);
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

/** The moment comes first: a job that probes a sick channel must not go away to wait for one. */
async function mayBegin(deps: ActivityDeps, job: Job, route: FrozenRoute): Promise<boolean> {
  await awaitSubmit(deps, job, route.channel);
  return deps.health.mayBegin(route.channel);
}

/**
 * A channel that left the config, no longer serves the model, is being drained or is left alone because it is sick is the
 * next one's turn. Where there is none it is waited for as a busy one is: a worker may read its config later than the
 * API that took the job, and who is sick may be well again.
 */
function passedOver(deps: ActivityDeps, job: Job, number: number): SubmitResult {
  const { channel = '' } = job.routes[number - 1] ?? {};
  const next = job.routes[number];
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
  if (known === 'unknown') {
    return { state: 'ended', ruling: { kind: 'failure', code: 'submission_unknown' } };
  }
  return standing(deps, job, known);
}

/** A refusal made no job, so the same channel may be tried again, then the next; `final` ends the job. */
async function refused(deps: ActivityDeps, job: Job, attempt: Attempt): Promise<SubmitResult> {
  const refusal = attempt.refusal;
  // Its send may have taken a minute.
  const over = tooLate(deps, job, await deps.store.jobs.isCancelRequested(job.id));
  if (over) return over;
  if (!refusal || refusal.scope === 'final') return { state: 'ended', ruling: { kind: 'refused' } };
  const next = job.routes[attempt.number];
  const isPatient = deps.now() < givesUpAt(deps, job, attempt);
  if (refusal.scope === 'retry' && isPatient && !isNextUp(job, attempt)) {
    if (deps.now() < retryAtOf(attempt)) throw busy(deps, job, attempt);
    return inRoom(deps, job, () => again(deps, job, attempt));
  }
  if (!next) return { state: 'ended', ruling: { kind: 'refused' } };
  return { state: 'next', number: attempt.number + 1, provider: next.provider };
}

/** A host that was not reached is not waited for while another channel is left. */
const isNextUp = (job: Job, { number, refusal }: Attempt): boolean =>
  refusal?.until === 'reached' && job.routes[number] !== undefined;

/** A slot is free as soon as another job of the account ends; where there is no other channel it is waited for. */
function givesUpAt(deps: ActivityDeps, job: Job, { number, refusal }: Attempt): number {
  if (refusal?.until === 'slot' && !job.routes[number]) return job.deadlineAt;
  return busyUntil(deps, job, number);
}

/** Says when the channel at that place of the job's list is given up for being busy, in Unix milliseconds. */
function busyUntil(deps: ActivityDeps, job: Job, number: number): number {
  return Math.min(job.createdAt + deps.waits.busyMs * number, job.deadlineAt);
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
  if (!(await mayBegin(deps, job, route))) return passedOver(deps, job, number);
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

const retryAtOf = ({ refusal }: Attempt): number => refusal?.retryAt ?? 0;

const MESSAGES = {
  slot: 'the account runs as many jobs as it may',
  reached: 'the provider cannot be reached',
  time: 'the provider is busy',
};

/** Waits until the next send, but no longer than until this channel is given up: a provider may name a day. */
function busy(deps: ActivityDeps, job: Job, attempt: Attempt): Error {
  const message = MESSAGES[attempt.refusal?.until ?? 'time'];
  const endsAt = Math.min(givesUpAt(deps, job, attempt), job.startBy ?? Infinity);
  return pending(message, Math.min(retryAtOf(attempt), endsAt) - deps.now());
}

function tooLate(deps: ActivityDeps, job: Job, isCanceling: boolean): SubmitResult | undefined {
  if (isCanceling) return { state: 'ended', ruling: { kind: 'canceled' } };
  if (job.startBy !== undefined && deps.now() >= job.startBy) {
    return { state: 'ended', ruling: { kind: 'unstarted' } };
  }
  if (deps.now() >= job.deadlineAt) {
    return { state: 'ended', ruling: { kind: 'failure', code: 'timed_out' } };
  }
  return undefined;
}
