import { z } from 'zod';
import { FAILURES, type FailureCode } from '../../core/errors';
import { isTerminal, type Job } from '../../core/job/job';
import { publicWords } from './provider-words';

/**
 * Says why an ended job has no video, in public words; null for a job that has one or may still get one. What the
 * provider said follows where a caller can use it: one rule for every dialect, whoever wrote the request's words.
 */
export function endReasonOf(job: Job): { code: FailureCode; message: string } | null {
  if (!isTerminal(job.state) || job.state === 'succeeded') return null;
  const code = job.failure?.code ?? (job.state === 'failed' ? 'provider_error' : job.state);
  const message = job.failure?.message ?? FAILURES[code].text;
  return { code, message: [message, ...providerWords(job)].join(' ') };
}

/** `place` is 1 for the job that is next; present only while the job waits for a slot. */
export type StatusDetail = z.infer<typeof statusDetailSchema>;

export const statusDetailSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  place: z.int().positive().optional(),
});

const WAITS_FOR: Readonly<Record<NonNullable<Job['queue']>['reason'], string>> = {
  channel: 'as many videos are being made as the provider allows',
  model: 'as many videos of this model are being made as the provider allows',
  workspace: 'this workspace has as many videos in the making as it may',
  key: 'this API key has as many videos in the making as it may',
  turn: 'others go first',
};

/**
 * Says what a caller may know beyond the status of a job that goes on, or undefined: a submit without an answer looks
 * like any queued job otherwise, for as long as it is being looked up.
 */
export function statusDetailOf(job: Job): StatusDetail | undefined {
  if (isTerminal(job.state)) return undefined;
  if (job.queue) {
    const { place, reason } = job.queue;
    return {
      code: 'waiting_for_slot',
      message: `Place ${String(place)} in the queue: ${WAITS_FOR[reason]}.`,
      place,
    };
  }
  if (job.inDoubtSince === undefined) return undefined;
  return {
    code: 'submission_in_doubt',
    message:
      'The provider did not confirm the submission; it is being looked up and is not sent again. ' +
      'Nothing is charged unless a video was made.',
  };
}

/** These are about the request; others are about the operator's account, or the provider's own state. */
export const ABOUT_THE_REQUEST: readonly FailureCode[] = ['invalid_input', 'content_rejected'];

function providerWords(job: Job): string[] {
  const { failure } = job;
  if (!failure || !ABOUT_THE_REQUEST.includes(failure.code)) return [];
  const words = publicWords(failure, job);
  return words === undefined ? [] : [`It said: ${words}`];
}
