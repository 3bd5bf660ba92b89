import type { Answer, LateAnswer } from '../../core/api/answer';
import type { Principal } from '../../core/api/principal';
import type { Headers } from '../../core/provider/exchange';
import type { Job } from '../../core/job/job';
import type { CreateAnswer } from '../../core/job/creation';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { Patience } from './prefer';

export interface Caller {
  principal: Principal;
  patience: Patience;
  /** The request's own signal: it ends the wait when the caller leaves or the server closes. */
  signal: AbortSignal;
}

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
      const headers = {
        ...(held.isHeld || ms === 0 ? patience.headers : {}),
        ...pick(created.headers, REPLAYED),
      };
      return { ...answer, headers: { ...answer.headers, ...headers } };
    },
  };
}

const REPLAYED = 'idempotent-replayed';

const pick = (headers: Headers = {}, name: string): Headers =>
  headers[name] === undefined ? {} : { [name]: headers[name] };
