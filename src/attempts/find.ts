import { namesOf } from '../core/job/job';
import { reachOf } from '../core/catalog/reach';
import type { LookDeps } from './deps';
import { signed } from './signed';
import type { Attempt } from '../core/provider/attempt';
import type { Operation } from '../core/job/outcome';
import type { FindReading, SubmitFacts } from '../core/provider/provider';

/**
 * Asks the provider for the attempt by our own id. Returns it as accepted where it is found; `absent` where the provider
 * certainly has no such job at this moment; undefined where nothing can be said, or it cannot be asked.
 */
export async function find(
  deps: LookDeps,
  attempt: Attempt,
): Promise<Attempt | 'absent' | undefined> {
  const found = await askByOwnId(deps, attempt);
  if (!found) return undefined;
  const answer = 'operation' in found ? 'found' : 'notFound' in found ? 'not found' : 'no answer';
  deps.log.info(
    { jobId: attempt.jobId, channel: attempt.channel, answer },
    'asked the provider for a submit in doubt by our own id',
  );
  if (!('operation' in found)) return 'notFound' in found ? 'absent' : undefined;
  const known = await adopted(deps, attempt, found.operation);
  return known.state === 'accepted' ? known : undefined;
}

/**
 * The attempt with the operation that was named for it, by the provider or by somebody who knows its callback's token.
 * One that another attempt has is refused: that would be somebody else's video. The submit stays in doubt then.
 */
export async function adopted(
  deps: Pick<LookDeps, 'store' | 'now' | 'log'>,
  attempt: Attempt,
  operation: Operation,
): Promise<Attempt> {
  const reading = { state: 'accepted' as const, operation };
  const known = await deps.store.attempts.recordSubmit(attempt.id, reading, deps.now());
  if (known.state !== 'accepted') {
    deps.log.error(
      { jobId: attempt.jobId, channel: attempt.channel, operation },
      'a job of the provider was named that another attempt has; the submit stays in doubt',
    );
  }
  return known;
}

async function askByOwnId(deps: LookDeps, attempt: Attempt): Promise<FindReading | undefined> {
  const at = reachOf(deps, attempt);
  if (!at?.provider.find || !at.provider.readFind) return undefined;
  // Of several wires of a provider one may know our ids and another not.
  if (at.provider.models[attempt.model]?.idempotency.includes('lookup') === false) return undefined;
  const sent = await sentOf(deps, attempt);
  const now = deps.now();
  const call = at.provider.find(sent);
  const result = await deps.outbound.call(signed(at, call, { ...attempt, now }), {
    baseUrl: at.channel.baseUrl,
    deadlineAt: now + deps.waits.exchangeMs,
    replyBytesMax: deps.limits.replyBytesMax,
    about: { channel: at.channel.name, kind: 'find' },
  });
  return result.kind === 'reply' ? at.provider.readFind(result.reply, sent) : { retry: true };
}

/**
 * What the attempt's submit said, from the rows alone: nothing of it is ever read from a config again (P4 "pinned").
 */
export async function sentOf(
  deps: Pick<LookDeps, 'store'>,
  attempt: Attempt,
): Promise<SubmitFacts> {
  const job = await deps.store.jobs.load(attempt.jobId);
  if (!job) throw new Error(`no job ${attempt.jobId}`);
  const route = job.routes[attempt.number - 1];
  const names = route ? namesOf(route) : { model: attempt.model };
  return { attemptId: attempt.id, ...names, mode: job.applied.mode };
}
