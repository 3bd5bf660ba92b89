import { reachOf } from '../core/catalog/reach';
import { given } from '../core/json/fields';
import { isFinal } from '../core/job/outcome';
import type { WatchedAttempt } from '../core/ports/store/attempts';
import type { Reply } from '../core/provider/exchange';
import { isBusy, retryAfterOf } from '../core/schedules';
import { callForLook } from './ask';
import type { LookDeps } from './deps';
import { look, passing } from './look';
import type { Look } from './look';

/**
 * Looks at a job and at others of its channel with one call, since they share a moment under its rate limit. Each of
 * the others learns what a look of its own would have told, and one that has ended is woken. Of what the call says
 * nothing is looked at alone from then on; this job is at once, also where the call says of it what nobody can read.
 */
export async function lookTogether(
  deps: LookDeps,
  watched: WatchedAttempt,
  otherIds: readonly string[],
): Promise<Look> {
  const at = reachOf(deps, watched.attempt);
  const many = at?.provider.many;
  const isAlone = !many || otherIds.length === 0;
  const others = isAlone ? [] : (await deps.store.attempts.watchedOf(otherIds)).filter(isAwaited);
  const asked = [watched, ...others];
  const operations = asked.flatMap(({ attempt }) => (attempt.operation ? [attempt.operation] : []));
  if (!at || !many || operations.length !== asked.length || asked.length === 1) {
    return look(deps, { ...watched, known: { hasTurn: true } });
  }
  const result = await callForLook(deps, at, many.poll(operations), { hasTurn: true });
  const reply = result.kind === 'reply' ? result.reply : undefined;
  const replies = reply && many.split(reply, operations);
  if (!replies) return withoutList(deps, watched, reply);
  const unsaid = asked.filter((_, index) => !replies[index]);
  if (unsaid.length > 0) await lookAlone(deps, unsaid);
  await Promise.all(others.map((other, index) => lookAt(deps, other, replies[index + 1])));
  const seen = await look(deps, { ...watched, known: { reply: replies[0] } });
  return seen.kind === 'transient' ? withoutList(deps, watched, undefined) : seen;
}

/**
 * Looks at the job alone where a call for many had no answer to such a call, or says of it what nobody can read. If that
 * tells more, the call is at fault and not the provider's health, and the job is spared it from then on.
 */
async function withoutList(
  deps: LookDeps,
  watched: WatchedAttempt,
  reply: Reply | undefined,
): Promise<Look> {
  if (reply && isBusy(reply)) {
    const detail = `HTTP ${String(reply.status)} to a look at many jobs`;
    return passing(deps, { detail, ...given({ retryAfterMs: retryAfterOf(reply) }) });
  }
  const seen = await look(deps, watched);
  if (seen.kind === 'verdict') await lookAlone(deps, [watched]);
  return seen;
}

const isAwaited = ({ attempt, job }: WatchedAttempt): boolean =>
  attempt.state === 'accepted' && attempt.operation !== undefined && job.isOpen;

async function lookAlone({ store, log }: LookDeps, watched: readonly WatchedAttempt[]) {
  const [first] = watched;
  log.warn(
    { channel: first?.attempt.channel, jobIds: watched.map(({ attempt }) => attempt.jobId) },
    'a look at many jobs says nothing of these; they are looked at alone',
  );
  await store.attempts.lookAlone(watched.map(({ attempt }) => attempt.id));
}

/** One that cannot be stored or told takes nothing from the others: it looks for itself when its time comes. */
async function lookAt(deps: LookDeps, other: WatchedAttempt, reply: Reply | undefined) {
  if (!reply) return;
  try {
    const seen = await look(deps, { ...other, known: { reply } });
    if (seen.kind !== 'verdict' || !isFinal(seen.verdict)) return;
    await deps.engine.completeAwait(other.job.workflowId, seen.verdict.state);
  } catch (error) {
    deps.log.error({ jobId: other.attempt.jobId, err: error }, 'a look at a job among many failed');
  }
}
