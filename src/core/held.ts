import type { Answer, LateAnswer, Principal } from './dialect';
import type { Job } from './job';
import type { CreateAnswer, Gateway } from './ports';
import type { Patience } from './prefer';

export interface Caller {
  principal: Principal;
  patience: Patience;
  /** Of the request: it ends the wait when the caller leaves or the server closes. */
  signal: AbortSignal;
}

/**
 * Answers a create once its job has ended, or with the job as it is when the wait is over; the job goes on in any case.
 * `render` outlives the request and must not hold on to its body.
 */
export function whenEnded(
  gateway: Gateway,
  { jobId, headers: created = {} }: CreateAnswer,
  { principal, patience, signal }: Caller,
  render: (job: Job) => Answer,
): LateAnswer {
  const replayed = created[REPLAYED];
  return {
    async later() {
      const { ms } = patience;
      const job = await gateway.waitFor(principal, jobId, 'ended', { ms, signal });
      const answer = render(job);
      const headers = {
        ...answer.headers,
        ...patience.headers,
        ...(replayed === undefined ? {} : { [REPLAYED]: replayed }),
      };
      return { ...answer, headers };
    },
  };
}

const REPLAYED = 'idempotent-replayed';
