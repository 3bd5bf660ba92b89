import { failure } from '../src/core/errors';
import type { Failure } from '../src/core/errors';
import type { Call, Reply } from '../src/core/exchange';
import { isFinal } from '../src/core/outcome';
import type { Output, Verdict } from '../src/core/outcome';
import type { Attempt } from '../src/core/store';
import { startDeliveries } from './deliver';
import type { ActivityDeps } from './deps';

/**
 * One look at the provider: a GET with our own credential, at most three follow-ups, the meaning stored on the
 * attempt. Everything that wants to know a job's state at the provider (poll, last look, cancel, a callback's hint)
 * comes through here.
 */
export type Look = { kind: 'verdict'; verdict: Verdict } | Blind;

/** What is seen of no job: `transient` passes by itself, `denied` has lasted longer than its grace. */
type Blind = { kind: 'transient'; detail: string; retryAfterMs?: number } | { kind: 'denied' };

/** What a look needs; less than an activity has, since the API looks too. */
export type LookDeps = Pick<
  ActivityDeps,
  'store' | 'catalog' | 'outbound' | 'engine' | 'waits' | 'limits' | 'now' | 'log'
>;

const FOLLOWS_MAX = 3;

export async function look(deps: LookDeps, attempt: Attempt): Promise<Look> {
  if (attempt.verdict) return { kind: 'verdict', verdict: attempt.verdict };
  const seen = await ask(deps, attempt);
  if (seen.kind !== 'verdict') return seen;
  if (seen.verdict.state === 'running' && seen.verdict.unknownStatus !== undefined) {
    deps.log.warn(
      { jobId: attempt.jobId, provider: attempt.provider, status: seen.verdict.unknownStatus },
      'unknown provider status; treated as running',
    );
  }
  const deliveryIds = await deps.store.attempts.recordLook(attempt.id, {
    verdict: seen.verdict,
    reply: seen.reply,
    now: deps.now(),
  });
  await tell(deps, attempt, deliveryIds);
  return { kind: 'verdict', verdict: seen.verdict };
}

/** What was seen is stored; a look does not fail because the news of it waits for the sweep. */
async function tell(deps: LookDeps, { jobId }: Attempt, deliveryIds: string[]): Promise<void> {
  try {
    await startDeliveries(deps, deliveryIds);
  } catch (error) {
    deps.log.warn(
      { jobId, err: error },
      'the engine did not answer; the sweep starts the delivery',
    );
  }
}

/** The links as the provider gives them now; whatever is stored stays as it is. Empty when it gives none. */
export async function freshOutputs(deps: LookDeps, attempt: Attempt): Promise<Output[]> {
  const seen = await ask(deps, attempt);
  if (seen.kind !== 'verdict' || seen.verdict.state !== 'succeeded') return [];
  return seen.verdict.outputs;
}

type Seen = { kind: 'verdict'; verdict: Verdict; reply: Reply } | Blind;

async function ask(deps: LookDeps, attempt: Attempt): Promise<Seen> {
  const at = deps.catalog.channel(attempt.channel);
  if (!at || !attempt.operation) {
    return { kind: 'transient', detail: `channel ${attempt.channel} is not configured any more` };
  }
  const { channel, provider } = at;
  let call = provider.poll(attempt.operation);
  for (let follow = 0; follow <= FOLLOWS_MAX; follow += 1) {
    const now = deps.now();
    const signed = isOwn(call, channel.baseUrl)
      ? provider.authorize(call, channel.credentials, now)
      : call;
    const result = await deps.outbound.call(signed, {
      baseUrl: channel.baseUrl,
      allowedOrigins: channel.resultOrigins,
      deadlineAt: now + deps.waits.exchangeMs,
      replyBytesMax: deps.limits.replyBytesMax,
    });
    if (result.kind !== 'reply')
      return { kind: 'transient', detail: `no answer: ${result.reason}` };
    const reading = provider.readPoll(result.reply, attempt.operation);
    switch (reading.kind) {
      case 'verdict':
        return { kind: 'verdict', verdict: reading.verdict, reply: result.reply };
      case 'transient':
        return reading;
      case 'gone':
        return gone(deps, attempt, result.reply);
      case 'denied':
        return denied(deps, attempt, reading.failure);
      case 'follow':
        call = reading.call;
    }
  }
  return { kind: 'transient', detail: 'the provider sent us round in circles' };
}

/** A link out of a reply may lead anywhere; our credential goes to the operator's origin only. */
function isOwn(call: Call, baseUrl: string): boolean {
  return 'path' in call.target || new URL(call.target.url).origin === new URL(baseUrl).origin;
}

/**
 * Says nothing of the job, which the provider may finish and bill all the same, and may hit every job of an account at
 * once. So it is no verdict, and ends a job only when it lasts.
 */
async function denied(deps: LookDeps, attempt: Attempt, reason: Failure): Promise<Blind> {
  const now = deps.now();
  const since = await deps.store.attempts.recordDenial(attempt.id, reason, now);
  const { jobId, channel } = attempt;
  if (since === now) deps.log.error({ jobId, channel, reason }, 'the provider refuses our looks');
  if (now - since >= deps.waits.deniedGraceMs) return { kind: 'denied' };
  return { kind: 'transient', detail: 'the provider does not let this account look' };
}

/** Fresh jobs may not be visible everywhere at the provider yet. */
function gone(deps: LookDeps, attempt: Attempt, reply: Reply): Seen {
  const age = deps.now() - (attempt.acceptedAt ?? attempt.sendingAt);
  if (age < deps.waits.goneGraceMs) {
    return { kind: 'transient', detail: 'the provider does not show the job yet' };
  }
  return {
    kind: 'verdict',
    verdict: {
      state: 'failed',
      failure: failure('provider_lost', { provider: { status: reply.status } }),
    },
    reply,
  };
}

/**
 * `running 40 %`: what operators read on the pending activity. Where the provider gives no number it is the share of
 * the usual time, and says so; callers are never shown an estimate.
 */
export function describe(verdict: Verdict, elapsedMs: number, usualMs: number): string {
  if (isFinal(verdict)) return verdict.state;
  if (verdict.progress !== null) return `${verdict.phase} ${String(verdict.progress)} %`;
  const share = Math.min(99, Math.floor((100 * elapsedMs) / usualMs));
  return `${verdict.phase} ${String(share)} % by the usual time`;
}
