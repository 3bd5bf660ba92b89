import { isCancelableAt, reachOf } from '../core/catalog/reach';
import type { Verdict } from '../core/job/outcome';
import type { Attempt } from '../core/provider/attempt';
import type { LookDeps } from './deps';

/**
 * Asks the provider to stop, where it can stop a job in that state. Its answer is never believed: a look must follow one
 * that was `asked`; `later` = the rate limit of the channel lets nobody ask for now. Nothing is sent in any other state,
 * since a provider may take the same call for "delete the record", and with it goes the only proof of what was billed; a
 * server of one's own bills nothing.
 */
export async function tellCancel(
  deps: LookDeps,
  attempt: Attempt,
  seen: Verdict,
): Promise<'asked' | 'never' | 'later'> {
  const at = reachOf(deps, attempt);
  const { model, operation } = attempt;
  if (!at?.provider.cancel || !operation || seen.state !== 'running') return 'never';
  if (!isCancelableAt(at, { model, phase: seen.phase })) return 'never';
  const now = deps.now();
  const call = at.provider.cancel(operation);
  const result = await deps.outbound.call(
    at.provider.authorize(call, at.channel.credentials, now),
    {
      baseUrl: at.channel.baseUrl,
      deadlineAt: now + deps.waits.exchangeMs,
      replyBytesMax: deps.limits.replyBytesMax,
      about: { channel: at.channel.name, kind: 'cancel' },
    },
  );
  if (result.kind === 'not_sent' && result.reason === 'paced') return 'later';
  deps.log.info(
    {
      jobId: attempt.jobId,
      provider: attempt.provider,
      answer: result.kind === 'reply' ? result.reply.status : result.reason,
    },
    'asked the provider to cancel',
  );
  return 'asked';
}
