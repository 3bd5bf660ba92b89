import { reachOf } from '../core/catalog/reach';
import type { Hint } from '../core/ports/hint';
import { isFinal } from '../core/job/outcome';
import type { Provider } from '../core/provider/provider';
import type { Attempt } from '../core/provider/attempt';
import type { LookDeps } from './deps';
import { hashToken } from './send';
import { createVerifier } from './callback-keys';
import { look } from './look';
import { adopted, sentOf } from './find';

/**
 * A provider's callback is a hint, never the truth: the path's token finds the attempt, its operation may fill in a
 * submit that got no answer, and then we look with our own credential. A forged or repeated hint costs one look.
 * The API process runs it when a callback arrives.
 */
export function createHint(deps: LookDeps): Hint {
  const isGenuine = createVerifier(deps);
  return async ({ provider, token, headers, body: readBody }) => {
    const watched = await deps.store.attempts.watchedByToken(hashToken(token));
    if (watched?.attempt.provider !== provider) return false;
    const { attempt, job } = watched;
    const at = reachOf(deps, attempt);
    if (!at) return false;
    const body = await readBody();
    if (!(await isGenuine(at, { headers, body }))) return false;
    const answer = at.provider.answerCallback?.(body);
    if (answer !== undefined) return { answer };
    const known = await adopt(deps, attempt, { provider: at.provider, body });
    if (known.state !== 'accepted') return HEARD;
    const seen = await look(deps, { attempt: known, job });
    if (seen.kind === 'verdict' && isFinal(seen.verdict) && (await isNewest(deps, attempt))) {
      await deps.engine.completeAwait(job.workflowId, seen.verdict.state);
    }
    return HEARD;
  };
}

const HEARD = { answer: {} };

/** Says whether the job waits for this attempt: one that was made again waits for its newest. */
const isNewest = async ({ store }: Pick<LookDeps, 'store'>, attempt: Attempt): Promise<boolean> =>
  (await store.attempts.latest(attempt.jobId))?.id === attempt.id;

async function adopt(
  deps: Pick<LookDeps, 'store' | 'now' | 'log'>,
  attempt: Attempt,
  callback: { provider: Provider; body: Uint8Array },
): Promise<Attempt> {
  const inDoubt = attempt.state === 'sending' || attempt.state === 'unknown';
  if (!inDoubt || !callback.provider.readCallback) return attempt;
  const named = callback.provider.readCallback(callback.body, await sentOf(deps, attempt));
  if (!named) return attempt;
  return adopted(deps, attempt, named.operation);
}
