import type { Answer, LateAnswer } from '../../core/api/answer';
import { applied, wishOf, type Caller } from '../kit/held';
import { startWithin } from '../kit/start-within';
import type { RouteInput } from '../../core/api/route';
import { FAILURES, type FailureCode } from '../../core/errors';
import { givenIdsOf, withGivenIds } from '../../core/job/given-id';
import { isTerminal } from '../../core/job/job';
import type { CreateAnswer } from '../../core/job/creation';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { NativeJobs } from '../../core/ports/gateway/native-jobs';
import type { Results } from '../../core/ports/gateway/results';
import type { NativeView } from '../../core/job/native-view';
import { errorAnswer, NO_RETRY } from './errors';
import { ourId, passOn, taskOf } from './render';
import { toNative, WIRE } from './translate';

/**
 * A create is answered by the provider: status, type and bytes of its reply, also when it refuses. What is stored with
 * the job is our own answer, 202 with our id; that is what the caller gets when the provider takes too long, and what
 * leads a repeat under the same idempotency key to the provider's reply. The id that was given out stays the task's id.
 * A caller who prefers to wait (`Prefer: wait=60`) gets a task that has ended by then as it is read.
 */
export async function create(
  gateway: Jobs & NativeJobs & Results,
  input: RouteInput,
): Promise<LateAnswer> {
  const { principal, idempotencyKey, fingerprint, signal } = input;
  const native = toNative(input);
  const accepted = await gateway.create(principal, {
    dialect: WIRE,
    idPrefix: 'task',
    native,
    ...startWithin(input.headers),
    idempotency: idempotencyKey
      ? {
          key: idempotencyKey,
          // One for both paths: the same key at the other one never makes a second job.
          route: WIRE,
          // The query goes to the provider, so another one is another request.
          fingerprint: `${fingerprint}?${native.search}`,
          alike: input.twinFingerprints.map((twin) => `${twin}?${native.search}`),
        }
      : undefined,
    render: (job) => ({ status: 202, body: { id: ourId(job) } }),
  });
  return whenAnswered(gateway, accepted, {
    principal,
    patience: wishOf(gateway, input.headers),
    signal,
    isKeyed: idempotencyKey !== undefined,
  });
}

/** Outlives the request's body and holds on to no part of it. */
function whenAnswered(
  jobs: Jobs & NativeJobs & Results,
  { jobId, ...accepted }: CreateAnswer,
  { isKeyed, principal, patience, signal }: Caller & { isKeyed: boolean },
): LateAnswer {
  return {
    async later() {
      const { ms, isWish } = patience;
      const held = isWish && (await jobs.holdCreated(principal, jobId, 'ended', { ms, signal }));
      const wait = { jobId, signal, ...(isWish ? { ms: 0 } : {}) };
      const view = await jobs.answered(principal, WIRE, wait);
      const headers = { ...accepted.headers, ...(held ? applied(patience, held.isHeld) : {}) };
      const created = view && answerOf(view, isKeyed);
      const answer = view && isWish && hasRun(view) ? taskOf(view, jobs.link) : created;
      if (answer) return { ...answer, headers: { ...answer.headers, ...headers } };
      const id = await jobs.giveOut(WIRE, { jobId, id: ourId({ id: jobId }) });
      return { ...accepted, headers, body: { id } };
    },
  };
}

/** Says whether a task has ended at a provider. One that none has taken is refused as its create always is. */
const hasRun = ({ job, attempt }: NativeView): boolean =>
  isTerminal(job.state) && attempt?.state === 'accepted';

/**
 * Returns the answer to a create: the provider's own, or a refusal once the job has ended. Returns undefined while the
 * provider has not answered, and where its answer was lost but the job lives.
 */
export function answerOf({ job, attempt }: NativeView, isKeyed: boolean): Answer | undefined {
  if (attempt?.state === 'accepted') {
    const { submitReply } = attempt;
    return submitReply && passOn(withGivenIds(submitReply, givenIdsOf(job)));
  }
  if (!isTerminal(job.state)) return undefined;
  const code = job.failure?.code ?? 'provider_error';
  // Certainly no job was made. Under a key a repeat would only be given this same answer.
  const isFree = !attempt || attempt.state === 'refused';
  const retryable = isFree && !isKeyed && code !== 'canceled' && FAILURES[code].retryable;
  if (attempt?.state === 'refused' && attempt.submitReply) {
    return passOn(attempt.submitReply, retryable ? {} : NO_RETRY);
  }
  const { text } = FAILURES[code];
  return errorAnswer({ ...(ENDS[code] ?? FAULT), message: text, retryable });
}

const FAULT = { status: 502, code: 'InternalServiceError' };

/** Ends of a job that no provider has answered for. */
const ENDS: Readonly<Partial<Record<FailureCode, { status: number; code: string }>>> = {
  provider_busy: { status: 503, code: 'ServerOverloaded' },
  provider_unreachable: { status: 503, code: 'ServerOverloaded' },
  timed_out: { status: 504, code: 'InternalServiceError' },
  canceled: { status: 409, code: 'InvalidAction.CancelledTask' },
};
