import type { Answer, LateAnswer, Principal } from './dialect';
import type { Job } from './job';
import type { Gateway } from './ports';

export interface Hold {
  principal: Principal;
  jobId: string;
  /** At most so long; whoever passes `signal` on also stops when the caller leaves or the server closes. */
  ms: number;
  signal: AbortSignal;
}

/** Answers once the job has ended, or with the job as it is when the wait is over. The job goes on in any case. */
export function whenEnded(
  gateway: Gateway,
  { principal, jobId, ms, signal }: Hold,
  render: (job: Job) => Answer,
): LateAnswer {
  return {
    later: async () => render(await gateway.waitFor(principal, jobId, 'ended', { ms, signal })),
  };
}
