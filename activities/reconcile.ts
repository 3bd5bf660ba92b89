import type { Operation } from '../src/core/job/outcome';
import type { FindReading, Sent } from '../src/core/provider/provider';
import type { Attempt } from '../src/core/provider/attempt';
import type { ActivityDeps } from './deps';
import { pending } from './failure';

/**
 * A submit whose answer we never saw. Nothing is posted again: after the send deadline and a grace, in which a slow
 * worker could still have been sending, the provider is asked by our own id, or one of its callbacks names the job.
 * Found = adopted; not found within the window = `unknown`, for good.
 */
export async function reconcile(
  deps: ActivityDeps,
  attempt: Attempt,
): Promise<Attempt | 'unknown'> {
  const now = deps.now();
  const quietAt = attempt.sendDeadline + deps.waits.unknownGraceMs;
  if (now < quietAt) throw pending('waiting whether the submit arrived', quietAt - now);
  if (attempt.state === 'sending') {
    await deps.store.attempts.recordSubmit(
      attempt.id,
      { state: 'unknown', detail: 'found in sending' },
      now,
      attempt.sends,
    );
  }
  const adopted = await find(deps, attempt);
  if (adopted) return adopted;
  if (now >= quietAt + deps.waits.unknownMs) {
    deps.log.error({ jobId: attempt.jobId, channel: attempt.channel }, 'submit stays unknown');
    return 'unknown';
  }
  throw pending('the submit is in doubt; asking the provider', deps.waits.unknownLookMs);
}

/** The attempt as accepted, if the provider knows it by our own id; undefined where it cannot be asked. */
export async function find(deps: ActivityDeps, attempt: Attempt): Promise<Attempt | undefined> {
  const found = await ask(deps, attempt);
  if (!found) return undefined;
  const answer = 'operation' in found ? 'found' : 'notFound' in found ? 'not found' : 'no answer';
  deps.log.info(
    { jobId: attempt.jobId, channel: attempt.channel, answer },
    'asked the provider for a submit in doubt by our own id',
  );
  if (!('operation' in found)) return undefined;
  const known = await adopted(deps, attempt, found.operation);
  return known.state === 'accepted' ? known : undefined;
}

/**
 * The attempt with the operation that was named for it, by the provider or by somebody who knows its callback's token.
 * One that another attempt has is refused: that would be somebody else's video. The submit stays in doubt then.
 */
export async function adopted(
  deps: Pick<ActivityDeps, 'store' | 'now' | 'log'>,
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

async function ask(deps: ActivityDeps, attempt: Attempt): Promise<FindReading | undefined> {
  const at = deps.catalog.channel(attempt.channel);
  if (!at?.provider.find || !at.provider.readFind) return undefined;
  const sent = await sentOf(deps, attempt);
  const now = deps.now();
  const call = at.provider.find(sent);
  const result = await deps.outbound.call(
    at.provider.authorize(call, at.channel.credentials, now),
    {
      baseUrl: at.channel.baseUrl,
      deadlineAt: now + deps.waits.exchangeMs,
      replyBytesMax: deps.limits.replyBytesMax,
    },
  );
  return result.kind === 'reply' ? at.provider.readFind(result.reply, sent) : { retry: true };
}

/** What the attempt's submit said, from the rows alone: nothing of it is ever read from a config again (P4). */
export async function sentOf(deps: Pick<ActivityDeps, 'store'>, attempt: Attempt): Promise<Sent> {
  const job = await deps.store.jobs.load(attempt.jobId);
  if (!job) throw new Error(`no job ${attempt.jobId}`);
  return { attemptId: attempt.id, model: attempt.model, mode: job.applied.mode };
}
