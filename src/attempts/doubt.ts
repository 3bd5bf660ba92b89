import type { FailureCode } from '../core/errors';
import type { Doubt } from '../core/provider/attempt';
import type { Usage } from '../core/job/outcome';
import type { Attempt } from '../core/provider/attempt';
import type { LookDeps } from './deps';

/**
 * A look's reading that says something bad of a job and may be mistaken: our account may not look, the job is not
 * there, it succeeded without a video, its result is no video. None of these ends a job unless every answer for a whole
 * grace, from the first one on, says the same: a key is put right, a proxy finds its route, a file is written to its end.
 */
export type DoubtReading = Omit<Doubt, 'since'> & { usage?: Usage | undefined };

/** What a doubtful look means: nothing yet, the end without the provider's word, or a success without a video. */
export type DoubtMeaning =
  | { kind: 'transient'; detail: string; doubt: Doubt['kind'] }
  | { kind: 'unheard'; code: FailureCode }
  | { kind: 'undelivered'; doubt: DoubtReading };

/** Stores the doubt, logs the first of its kind, and says what it means by now. */
export async function weighDoubt(
  deps: LookDeps,
  attempt: Attempt,
  doubt: DoubtReading,
): Promise<DoubtMeaning> {
  const { kind, failure } = doubt;
  const now = deps.now();
  const since = await deps.store.attempts.recordDoubt(attempt.id, { kind, failure, since: now });
  if (since === now) {
    const { jobId, channel } = attempt;
    deps.log.error({ jobId, channel, reason: failure }, LOGGED[kind]);
  }
  if (now - since < graceOf(deps, kind)) {
    return { kind: 'transient', detail: SHOWN[kind], doubt: kind };
  }
  switch (kind) {
    case 'denied':
    case 'gone':
      return { kind: 'unheard', code: failure.code };
    case 'empty':
    case 'unreadable':
      return { kind: 'undelivered', doubt };
  }
}

function graceOf({ waits }: LookDeps, kind: Doubt['kind']): number {
  switch (kind) {
    case 'denied':
      return waits.deniedGraceMs;
    case 'gone':
      return waits.goneGraceMs;
    case 'empty':
      return waits.noOutputGraceMs;
    case 'unreadable':
      return waits.unreadableGraceMs;
  }
}

const LOGGED: Readonly<Record<Doubt['kind'], string>> = {
  denied: 'the provider refuses our looks',
  gone: 'the provider does not know the job',
  empty: 'the provider says succeeded and shows no video',
  unreadable: 'the result of the provider is no video',
};

/** What operators read on the pending activity. */
const SHOWN: Readonly<Record<Doubt['kind'], string>> = {
  denied: 'the provider does not let this account look',
  gone: 'the provider does not show the job',
  empty: 'the provider says succeeded and shows no video yet',
  unreadable: 'the result is no video yet',
};
