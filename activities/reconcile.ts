import type { Attempt } from '../src/core/store';
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
  const at = deps.catalog.channel(attempt.channel);
  if (!at?.provider.find || !at.provider.readFind) return undefined;
  const now = deps.now();
  const call = at.provider.find(attempt.id);
  const result = await deps.outbound.call(
    at.provider.authorize(call, at.channel.credentials, now),
    {
      baseUrl: at.channel.baseUrl,
      deadlineAt: now + deps.waits.exchangeMs,
      replyBytesMax: deps.limits.replyBytesMax,
    },
  );
  if (result.kind !== 'reply') return undefined;
  const found = at.provider.readFind(result.reply);
  if (!('operation' in found)) return undefined;
  return deps.store.attempts.recordSubmit(
    attempt.id,
    { state: 'accepted', operation: found.operation },
    now,
  );
}
