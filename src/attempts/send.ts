import { capabilitiesOf } from '../core/catalog/capabilities-of';
import { reachOf } from '../core/catalog/reach';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { given } from '../core/json/fields';
import type { BilledEnds } from '../core/request/capabilities';
import type { Channel } from '../core/catalog/catalog';
import { failure } from '../core/errors';
import type { Call, Reply } from '../core/provider/exchange';
import { signOf } from '../core/health/sign';
import { newId } from '../core/job/ids';
import { knownModel, namesOf } from '../core/job/job';
import type { FrozenRoute, Job } from '../core/job/job';
import type { CallResult } from '../core/ports/outbound';
import { busyDelayMs } from '../core/schedules';
import type { Attempt } from '../core/provider/attempt';
import type { Provider, SubmitFacts, SubmitReading } from '../core/provider/provider';
import type { AttemptDeps } from './deps';
import { takenInputs } from './inputs';
import { signed } from './signed';

/** A submit made ready: all of it that can fail without a byte leaving us is done before the attempt's row is opened. */
export interface PreparedSubmit {
  sent: SubmitFacts;
  channel: Channel;
  provider: Provider;
  billed: BilledEnds;
  call: Call;
  tokenHash: string;
  sendingAt: number;
  /** The POST is aborted here, and its bytes do not leave later. */
  sendDeadline: number;
}

export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('hex');

/** Says whether a channel is in the config and takes jobs; one that is being drained does not. */
export function takesJobs({ catalog }: Pick<AttemptDeps, 'catalog'>, channel: string): boolean {
  const at = catalog.channel(channel);
  return at !== undefined && at.channel.draining !== true;
}

/**
 * Says whether the route's channel takes the job; false when it has left the config, or is being drained, since the job
 * was made.
 */
export function isServed(deps: Pick<AttemptDeps, 'catalog'>, route: FrozenRoute): boolean {
  return takesJobs(deps, route.channel) && isKnown(deps, route);
}

/** Says whether this process's config has the route's channel, and its provider the model. */
export function isKnown({ catalog }: Pick<AttemptDeps, 'catalog'>, route: FrozenRoute): boolean {
  const at = reachOf({ catalog }, route);
  return at !== undefined && capabilitiesOf(at.provider, route) !== undefined;
}

export async function prepare(
  deps: AttemptDeps,
  job: Job,
  route: FrozenRoute,
  attemptId: string = newId(),
): Promise<PreparedSubmit> {
  const at = reachOf(deps, route);
  const model = knownModel(route);
  const capabilities = at && capabilitiesOf(at.provider, route);
  if (!at || !capabilities) throw new Error(`channel ${route.channel} cannot serve ${model}`);
  const { channel, provider } = at;
  const token = deps.newToken();
  const base = deps.callbackBase(channel);
  const call = provider.submit({
    model,
    calledModel: route.model,
    attemptId,
    ...given({ options: channel.options }),
    ...(base === undefined ? {} : { callbackUrl: `${base}/callbacks/${provider.name}/${token}` }),
    ...(await takenInputs(deps, job, { applied: route.applied, base, media: capabilities.media })),
  });
  const sendingAt = deps.now();
  return {
    sent: {
      attemptId,
      ...namesOf(route),
      mode: job.applied.mode,
      ...given({ options: channel.options }),
    },
    channel,
    provider,
    billed: capabilities.billed,
    call: signed(at, call, { requestId: job.requestId, now: sendingAt }),
    tokenHash: hashToken(token),
    sendingAt,
    sendDeadline: sendingAt + deps.waits.sendMs,
  };
}

/** Posts once and records what came of it. Never throws for anything the network or the provider did. */
export async function send(
  deps: AttemptDeps,
  attempt: Attempt,
  prepared: PreparedSubmit,
): Promise<Attempt> {
  const result = await deps.outbound.call(prepared.call, {
    baseUrl: prepared.channel.baseUrl,
    deadlineAt: prepared.sendDeadline,
    replyBytesMax: deps.limits.replyBytesMax,
    about: { channel: prepared.channel.name, kind: 'submit' },
  });
  const reading = paused(deps, attempt, read(prepared, result));
  const sign = signOf(reading, result, {
    slowMs: deps.waits.breakerSlowMs,
    selfHosted: prepared.channel.selfHosted,
  });
  if (sign) deps.health.heard(attempt, sign);
  logReading(deps, attempt, { reading, host: hostOf(prepared.channel) });
  const known = await record(deps, attempt, {
    ...reading,
    ...(result.kind === 'reply' ? { reply: result.reply } : {}),
  });
  if (result.kind === 'reply' && isBusy(reading))
    await deps.rates.hear(attempt.channel, result.reply);
  return known;
}

/** A provider whose account is full has time for looks, which are what frees it. */
const isBusy = (reading: SubmitReading): boolean =>
  reading.state === 'refused' && reading.scope === 'retry' && reading.until !== 'slot';

const RECORD_PAUSE_MS = 500;

/** The answer to a POST cannot be had twice: it stays in hand while the database is away, as long as the try may last. */
async function record(
  deps: AttemptDeps,
  attempt: Attempt,
  reading: SubmitReading & { reply?: Reply },
): Promise<Attempt> {
  const { jobId, id, sends } = attempt;
  const givesUpAt = deps.now() + deps.waits.recordMs;
  for (;;) {
    try {
      const known = await deps.store.attempts.recordSubmit(id, reading, deps.now(), sends);
      logTaken(deps, known, reading);
      return known;
    } catch (error) {
      if (deps.now() >= givesUpAt) throw error;
      deps.log.warn({ jobId, err: error }, 'the answer to a submit could not be stored yet');
      await sleep(RECORD_PAUSE_MS);
    }
  }
}

/** An id that another attempt has proves nothing of this one. */
function logTaken(deps: AttemptDeps, known: Attempt, reading: SubmitReading): void {
  if (reading.state !== 'accepted' || known.state !== 'unknown') return;
  const { jobId, channel } = known;
  deps.log.error(
    { jobId, channel, operation: reading.operation },
    'the provider answered with a job that another attempt has; the submit stays in doubt',
  );
}

function read(
  { provider, sent }: Pick<PreparedSubmit, 'provider' | 'sent'>,
  result: CallResult,
): SubmitReading {
  switch (result.kind) {
    case 'reply':
      return provider.readSubmit(result.reply, sent);
    case 'no_reply':
      return { state: 'unknown', detail: result.reason };
    case 'not_sent':
      return notSent(result);
  }
}

/** Says why nothing left us, in words for the operator: the key, the address of the channel, or the network. */
function notSent({ reason, detail }: Extract<CallResult, { kind: 'not_sent' }>): SubmitReading {
  const isKey = reason === 'unsendable';
  const message = isKey ? "the channel's credentials cannot be sent in a header" : detail;
  return {
    state: 'refused',
    scope: isKey || reason === 'blocked' ? 'channel' : 'retry',
    // Refused connections and names that do not resolve seldom pass by waiting; another channel may be up.
    ...(reason === 'connect' ? { until: 'reached' as const } : {}),
    failure: failure(isKey ? 'provider_denied' : 'provider_unreachable', { provider: { message } }),
  };
}

/** Names the host of a channel, `ark.example:8443`: never the path or what else a base URL may hold. */
const hostOf = ({ baseUrl }: Channel): string => new URL(baseUrl).host;

/** Adds the pause before the next send to a refusal after which there may be one, in milliseconds. */
function paused(deps: AttemptDeps, { sends }: Attempt, reading: SubmitReading): SubmitReading {
  if (reading.state !== 'refused' || reading.scope !== 'retry') return reading;
  const { busyRetryMs: firstMs, busyRetryMaxMs: maxMs } = deps.waits;
  const pause = busyDelayMs({ firstMs, maxMs }, sends, deps.random(), reading.retryAfterMs);
  return { ...reading, retryAfterMs: pause };
}

function logReading(
  deps: AttemptDeps,
  { jobId, requestId, number, channel }: Attempt,
  { reading, host }: { reading: SubmitReading; host: string },
): void {
  const ids = { jobId, requestId, attempt: number, channel, host };
  switch (reading.state) {
    case 'accepted':
      deps.log.info(ids, 'the provider accepted the job');
      return;
    case 'refused':
      deps.log.warn(
        { ...ids, scope: reading.scope, reason: reading.failure },
        'the provider refused',
      );
      return;
    case 'unknown':
      deps.log.error({ ...ids, detail: reading.detail }, 'submit without an answer; reconciling');
  }
}
