import { reachOf } from '../core/catalog/reach';
import { inlineUrl, isInline, resultLink } from '../core/catalog/result-link';
import type { FailureCode } from '../core/errors';
import type { Reply } from '../core/provider/exchange';
import type { InlineFile } from '../core/provider/provider';
import { isFinal } from '../core/job/outcome';
import type { Output, Verdict } from '../core/job/outcome';
import { wholePercent } from '../core/job/progress';
import { once } from '../core/media/streams';
import type { WatchedJob } from '../core/ports/store/attempts';
import { failure } from '../core/errors';
import type { Attempt, Doubt } from '../core/provider/attempt';
import { ask } from './ask';
import type { KnownOfLook } from './ask';
import type { LookDeps } from './deps';
import { beginDelivery } from './begin';
import { weighDoubt } from './doubt';
import type { DoubtReading } from './doubt';
import { originOf, probe } from './probe';

/**
 * One look at the provider: what it answers, what that means, and the meaning stored on the attempt. Everything that
 * wants to know a job's state at the provider (poll, last look, cancel, a callback's hint) comes through here.
 */
export type Look = { kind: 'verdict'; verdict: Verdict } | LookFailure;

/**
 * A look that brought no verdict: `transient` passes by itself, or is a `doubt` within its grace; `unheard` has lasted
 * longer than its grace and ends the job, for that reason, though the provider may have it.
 */
type LookFailure =
  | { kind: 'transient'; detail: string; retryAfterMs?: number; doubt?: Doubt['kind'] }
  | { kind: 'unheard'; code: FailureCode };

export async function look(deps: LookDeps, watched: LookSubject): Promise<Look> {
  const { attempt } = watched;
  if (attempt.verdict) return { kind: 'verdict', verdict: attempt.verdict };
  const { reading, reply } = await ask(deps, attempt, watched.known);
  switch (reading.kind) {
    case 'verdict':
      if (claimsOurs(reading.verdict)) return doubtful(deps, watched, claimOf(reading.verdict));
      return isDelivered(reading.verdict)
        ? delivered(deps, watched, await unpacked(deps, reading.verdict, reading.files, reply))
        : stored(deps, watched, { verdict: reading.verdict, reply });
    case 'gone':
    case 'denied':
    case 'empty':
      return doubtful(deps, watched, reading);
    case 'transient':
      // Another answer than before ends a row of doubtful ones; silence says nothing.
      if (reply && attempt.doubt) await deps.store.attempts.endDoubt(attempt.id);
      return passing(deps, reading);
  }
}

/** The subject of a look: an attempt, and what the look is to know of its job. */
export interface LookSubject {
  attempt: Attempt;
  job: Pick<WatchedJob, 'isOpen' | 'passesThrough'>;
  known?: KnownOfLook;
}

type Success = Extract<Verdict, { state: 'succeeded' }>;

const isDelivered = (verdict: Verdict): verdict is Success => verdict.state === 'succeeded';

/**
 * Says whether a provider's link is written as a file of our store, which only `unpacked` may name: any other would be
 * opened, and served, whosever it is.
 */
const claimsOurs = (verdict: Verdict): verdict is Success =>
  isDelivered(verdict) && verdict.outputs.some(({ url }) => isInline(url));

const claimOf = ({ usage }: Success): DoubtReading => ({
  kind: 'empty',
  failure: failure('provider_error', {
    provider: { message: 'succeeded without a link of its own' },
  }),
  usage,
});

/**
 * Stores the files that stand in the reply itself, and makes outputs of them. Such a reply is not kept beside the job: no
 * row holds a video.
 */
async function unpacked(
  deps: LookDeps,
  verdict: Success,
  files: readonly InlineFile[] | undefined,
  reply: Reply | undefined,
): Promise<{ verdict: Success; reply: Reply | undefined }> {
  if (!files || files.length === 0) return { verdict, reply };
  const outputs: Output[] = [...verdict.outputs];
  for (const { kind, bytes } of files) {
    const { id } = await deps.blobs.put(once(bytes), bytes.length);
    outputs.push({ kind, url: inlineUrl(id) });
  }
  return { verdict: { ...verdict, outputs }, reply: undefined };
}

/** A success counts once its result is seen to be a video, or cannot be seen. */
async function delivered(
  deps: LookDeps,
  watched: LookSubject,
  { verdict, reply }: { verdict: Success; reply: Reply | undefined },
): Promise<Look> {
  const { attempt, job } = watched;
  const video = verdict.outputs.find(({ kind }) => kind === 'video');
  const at = reachOf(deps, attempt);
  // Callers of a pass-through dialect get the provider's own reply; of an ended job the word is only booked.
  const isProbed = job.isOpen && !job.passesThrough;
  if (!video || !at || !isProbed) {
    return stored(deps, watched, { verdict, reply });
  }
  const seen = await probe(deps, resultLink(at, video, deps.now()));
  switch (seen.kind) {
    case 'video': {
      const made = { ...verdict.made, ...seen.made };
      return stored(deps, watched, { verdict: { ...verdict, made }, reply });
    }
    case 'unreadable': {
      const reason = failure('result_unreadable', { provider: { message: seen.detail } });
      const { usage } = verdict;
      return doubtful(deps, watched, { kind: 'unreadable', failure: reason, usage });
    }
    case 'unfetched': {
      const ids = { jobId: attempt.jobId, channel: attempt.channel };
      deps.log.error(
        { ...ids, origin: originOf(video.url), cause: seen.detail },
        'the result cannot be fetched; the job succeeds and waits for review',
      );
      return stored(deps, watched, { verdict: { ...verdict, unfetched: seen.detail }, reply });
    }
  }
}

async function doubtful(deps: LookDeps, watched: LookSubject, doubt: DoubtReading): Promise<Look> {
  const meaning = await weighDoubt(deps, watched.attempt, doubt);
  if (meaning.kind !== 'undelivered') return meaning;
  const { failure: reason, usage } = meaning.doubt;
  const verdict: Verdict = {
    state: 'failed',
    failure: reason,
    undelivered: true,
    ...(usage ? { usage } : {}),
  };
  // Its reply says succeeded, which is not what the caller is told.
  return stored(deps, watched, { verdict, reply: undefined });
}

async function stored(
  deps: LookDeps,
  { attempt, job }: LookSubject,
  { verdict, ...seen }: { verdict: Verdict; reply: Reply | undefined },
): Promise<Look> {
  const reply = isFinal(verdict) || job.passesThrough ? seen.reply : undefined;
  if (verdict.state === 'running' && verdict.unknownStatus !== undefined) {
    deps.log.warn(
      { jobId: attempt.jobId, provider: attempt.provider, status: verdict.unknownStatus },
      'unknown provider status; treated as running',
    );
  }
  if (!reply && isOldNews(attempt, verdict)) return { kind: 'verdict', verdict };
  const now = deps.now();
  const deliveryIds = await deps.store.attempts.recordLook(attempt.id, { verdict, reply, now });
  await tell(deps, attempt, deliveryIds);
  return { kind: 'verdict', verdict };
}

/**
 * Is the row, as it was read before the look, what the look would make of it? Then nothing is written. Another look may
 * have changed it meanwhile; this one then counts as having been the earlier of the two, as any of two at once may.
 */
function isOldNews(attempt: Attempt, verdict: Verdict): boolean {
  return (
    verdict.state === 'running' &&
    attempt.polls > 0 &&
    attempt.doubt === undefined &&
    attempt.phase === verdict.phase &&
    attempt.progress === wholePercent(verdict.progress)
  );
}

/** What was seen is stored; a look does not fail because the news of it waits for the sweep. */
async function tell(deps: LookDeps, { jobId }: Attempt, deliveryIds: string[]): Promise<void> {
  try {
    for (const id of deliveryIds) await beginDelivery(deps, id);
  } catch (error) {
    deps.log.warn(
      { jobId, err: error },
      'the engine did not answer; the sweep starts the delivery',
    );
  }
}

/** A look that says nothing of the job. A provider may ask for patience, and not for a day. */
export function passing(
  { waits }: LookDeps,
  { detail, retryAfterMs }: { detail: string; retryAfterMs?: number },
): LookFailure {
  if (retryAfterMs === undefined) return { kind: 'transient', detail };
  const bounded = Math.min(retryAfterMs, waits.lookRetryAfterMaxMs);
  return { kind: 'transient', detail, retryAfterMs: bounded };
}

/** The links as the provider gives them now; whatever is stored stays as it is. Empty when it gives none. */
export async function freshOutputs(deps: LookDeps, attempt: Attempt): Promise<Output[]> {
  const { reading } = await ask(deps, attempt);
  if (reading.kind !== 'verdict' || reading.verdict.state !== 'succeeded') return [];
  return reading.verdict.outputs;
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
