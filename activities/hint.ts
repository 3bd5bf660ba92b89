import type { Headers } from '../src/core/provider/exchange';
import { isFinal } from '../src/core/job/outcome';
import type { Provider } from '../src/core/provider/provider';
import type { Attempt } from '../src/core/provider/attempt';
import type { ActivityDeps } from './deps';
import { hashToken } from './send';
import { look } from './look';
import { adopted, sentOf } from './reconcile';

/**
 * A provider's callback is a hint, never the truth: the path's token finds the attempt, its operation may fill in a
 * submit that got no answer, and then we look with our own credential. A forged or repeated hint costs one look.
 * Not an activity: the API process runs it when a callback arrives. True = the token belongs to one of our attempts.
 */
export type Hint = (message: {
  provider: string;
  token: string;
  headers: Headers;
  body(): Promise<Uint8Array>;
}) => Promise<boolean>;

export function createHint(
  deps: Pick<
    ActivityDeps,
    'store' | 'catalog' | 'outbound' | 'engine' | 'waits' | 'limits' | 'now' | 'log'
  >,
): Hint {
  return async ({ provider, token, headers, body: readBody }) => {
    const attempt = await deps.store.attempts.byCallbackToken(hashToken(token));
    if (attempt?.provider !== provider) return false;
    const at = deps.catalog.channel(attempt.channel);
    if (!at) return false;
    const body = await readBody();
    const { credentials } = at.channel;
    const verify = at.provider.verifyCallback;
    if (verify && !verify({ headers, body, credentials, nowMs: deps.now() })) return false;
    const known = await adopt(deps, attempt, { provider: at.provider, body });
    if (known.state !== 'accepted') return true;
    const seen = await look(deps, known);
    if (seen.kind === 'verdict' && isFinal(seen.verdict)) {
      const job = await deps.store.jobs.load(known.jobId);
      if (job) await deps.engine.completeAwait(job.workflowId, seen.verdict.state);
    }
    return true;
  };
}

async function adopt(
  deps: Pick<ActivityDeps, 'store' | 'now' | 'log'>,
  attempt: Attempt,
  callback: { provider: Provider; body: Uint8Array },
): Promise<Attempt> {
  const inDoubt = attempt.state === 'sending' || attempt.state === 'unknown';
  if (!inDoubt || !callback.provider.readCallback) return attempt;
  const named = callback.provider.readCallback(callback.body, await sentOf(deps, attempt));
  if (!named) return attempt;
  return adopted(deps, attempt, named.operation);
}
