import { FAILURES, type FailureCode } from './errors';
import { isTerminal, type Job } from './job';

/** Why an ended job has no video, in public words; null for a job that has one or may still get one. */
export function endReasonOf(job: Job): { code: FailureCode; message: string } | null {
  if (!isTerminal(job.state) || job.state === 'succeeded') return null;
  const code = job.state === 'failed' ? (job.failure?.code ?? 'provider_error') : job.state;
  const message = job.failure?.message ?? FAILURES[code].text;
  return { code, message: [message, ...ownWords(job)].join(' ') };
}

/** These are about the request; others may be about the operator's account. */
const ABOUT_THE_REQUEST: readonly FailureCode[] = ['invalid_input', 'content_rejected'];

/** A caller who wrote the provider's own words is told what it says of them. */
function ownWords({ native, failure }: Job): string[] {
  if (!native || !failure?.provider || !ABOUT_THE_REQUEST.includes(failure.code)) return [];
  const { code, message } = failure.provider;
  const said = [code, message].filter((text) => text !== undefined);
  return said.length > 0 ? [`It said: ${said.join(': ')}`] : [];
}
