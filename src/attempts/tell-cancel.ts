import { isCancelableAt, reachOf } from '../core/catalog/reach';
import type { Verdict } from '../core/job/outcome';
import type { CallResult } from '../core/ports/outbound';
import type { Attempt } from '../core/provider/attempt';
import { isBusy } from '../core/schedules';
import type { LookDeps } from './deps';
import { signed } from './signed';

/**
 * Asks the provider to stop, where it can stop a job in that state. Its answer is never believed: a look must follow.
 * `asked` = the provider has answered, whatever it says; `unheard` = it may not have taken the call at all, so that a job
 * which still runs is to be asked for again; `later` = the rate limit of the channel lets nobody ask for now. Nothing is
 * sent in any other state, since a provider may take the same call for "delete the record", and with it goes the only proof
 * of what was billed; a server of one's own bills nothing.
 */
export async function tellCancel(
  deps: LookDeps,
  attempt: Attempt,
  seen: Verdict,
): Promise<'asked' | 'unheard' | 'never' | 'later'> {
  const at = reachOf(deps, attempt);
  const { model, operation } = attempt;
  if (!at?.provider.cancel || !operation || seen.state !== 'running') return 'never';
  if (!isCancelableAt(at, { model, phase: seen.phase })) return 'never';
  const now = deps.now();
  const call = at.provider.cancel(operation);
  const result = await deps.outbound.call(signed(at, call, { ...attempt, now }), {
    baseUrl: at.channel.baseUrl,
    deadlineAt: now + deps.waits.exchangeMs,
    replyBytesMax: deps.limits.replyBytesMax,
    about: { channel: at.channel.name, kind: 'cancel' },
  });
  if (result.kind === 'not_sent' && result.reason === 'paced') return 'later';
  deps.log.info(
    {
      jobId: attempt.jobId,
      provider: attempt.provider,
      answer: result.kind === 'reply' ? result.reply.status : result.reason,
    },
    'asked the provider to cancel',
  );
  return isHeard(result) ? 'asked' : 'unheard';
}

/** Says whether the provider has answered for itself: no overload, no outage, no other address, no silence. */
function isHeard(result: CallResult): boolean {
  if (result.kind !== 'reply' || isBusy(result.reply)) return false;
  const { status } = result.reply;
  return status < 300 || (status >= 400 && status < 500);
}
