import { FAILURES, type FailureCode } from './errors';
import { isTerminal, type Job } from './job';

/** Why an ended job has no video, in public words; null for a job that has one or may still get one. */
export function endReasonOf(job: Job): { code: FailureCode; message: string } | null {
  if (!isTerminal(job.state) || job.state === 'succeeded') return null;
  const code = job.state === 'failed' ? (job.failure?.code ?? 'provider_error') : job.state;
  return { code, message: job.failure?.message ?? FAILURES[code].text };
}
