import { FAILURES, type FailureCode } from '../../core/errors';
import { isTerminal, type Job } from '../../core/job/job';
import { publicWords } from './provider-words';

/**
 * Says why an ended job has no video, in public words; null for a job that has one or may still get one. What the
 * provider said follows where a caller can use it: one rule for every dialect, whoever wrote the request's words.
 */
export function endReasonOf(job: Job): { code: FailureCode; message: string } | null {
  if (!isTerminal(job.state) || job.state === 'succeeded') return null;
  const code = job.state === 'failed' ? (job.failure?.code ?? 'provider_error') : job.state;
  const message = job.failure?.message ?? FAILURES[code].text;
  return { code, message: [message, ...providerWords(job)].join(' ') };
}

/**
 * Says what a caller may know beyond the status of a job that goes on, or undefined: a submit without an answer looks
 * like any queued job otherwise, for as long as it is being looked up.
 */
export function statusDetailOf(job: Job): { code: string; message: string } | undefined {
  if (job.inDoubtSince === undefined || isTerminal(job.state)) return undefined;
  return {
    code: 'submission_in_doubt',
    message:
      'The provider did not confirm the submission; it is being looked up and is not sent again. ' +
      'Nothing is charged unless a video was made.',
  };
}

/** These are about the request; others are about the operator's account, or the provider's own state. */
const ABOUT_THE_REQUEST: readonly FailureCode[] = ['invalid_input', 'content_rejected'];

function providerWords(job: Job): string[] {
  const { failure } = job;
  if (!failure || !ABOUT_THE_REQUEST.includes(failure.code)) return [];
  const words = publicWords(failure, job);
  return words === undefined ? [] : [`It said: ${words}`];
}
