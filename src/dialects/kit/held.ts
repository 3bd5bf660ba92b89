import type { Answer, LateAnswer } from '../../core/api/answer';
import type { Principal } from '../../core/api/principal';
import type { RouteInput } from '../../core/api/route';
import type { Headers } from '../../core/provider/exchange';
import type { Job } from '../../core/job/job';
import type { CreateAnswer } from '../../core/job/creation';
import type { Jobs } from '../../core/ports/gateway/jobs';
import { patienceOf, type Patience } from './prefer';

export interface Caller {
  principal: Principal;
  patience: Patience;
  /** The request's own signal: it ends the wait when the caller leaves or the server closes. */
  signal: AbortSignal;
}

/**
 * Answers a create at once, or where its caller prefers to wait (`Prefer: wait=60`), once its job has ended or that time
 * is over.
 */
export function asPreferred(
  jobs: Pick<Jobs, 'holdCreated' | 'heldMsMax'>,
  created: CreateAnswer,
  { principal, headers, signal }: Pick<RouteInput, 'principal' | 'headers' | 'signal'>,
  render: (job: Job) => Answer,
): Answer | LateAnswer {
  const patience = wishOf(jobs, headers);
  if (patience.ms > 0) return whenEnded(jobs, created, { principal, patience, signal }, render);
  return { ...created, headers: { ...created.headers, ...patience.headers } };
}

/** Reads how long a caller wants to wait who is answered at once where they do not say. */
export const wishOf = ({ heldMsMax }: Pick<Jobs, 'heldMsMax'>, headers: Headers): Patience =>
  patienceOf(headers['prefer'], { unasked: 0, max: heldMsMax });

/**
 * Answers a create once its job has ended, or with the job as it is when the wait is over; the job goes on in any case.
 * Where it cannot be read the answer is that of the create.
 * `render` outlives the request and must not hold on to its body.
 */
export function whenEnded(
  jobs: Pick<Jobs, 'holdCreated'>,
  { jobId, ...created }: CreateAnswer,
  { principal, patience, signal }: Caller,
  render: (job: Job) => Answer,
): LateAnswer {
  return {
    async later() {
      const { ms } = patience;
      const held = await jobs.holdCreated(principal, jobId, 'ended', { ms, signal });
      if (!held) return created;
      const answer = render(held.job);
      const headers = { ...applied(patience, held.isHeld), ...replayedOf(created) };
      return { ...answer, headers: { ...answer.headers, ...headers } };
    },
  };
}

/** Returns `Preference-Applied` where the caller's wish was followed: a full process waits for nobody. */
export const applied = ({ ms, headers }: Patience, isHeld: boolean): Headers =>
  isHeld || ms === 0 ? headers : {};

const REPLAYED = 'idempotent-replayed';

/** Returns what says of a late answer that its create was a repeat; nothing for the first one. */
export const replayedOf = ({ headers = {} }: Pick<CreateAnswer, 'headers'>): Headers =>
  headers[REPLAYED] === undefined ? {} : { [REPLAYED]: headers[REPLAYED] };
