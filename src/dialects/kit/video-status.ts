import { JOB_STATES, type JobState } from '../../core/job/job';

/**
 * The four states of OpenAI's videos, which Token360 and new-api's flat form share: a canceled or expired job is
 * `failed`, and its error code says which.
 */
export const VIDEO_STATUSES = ['queued', 'in_progress', 'completed', 'failed'] as const;

/** Returns the states of a job that such a status stands for. */
export const statesOf = (status: (typeof VIDEO_STATUSES)[number]): JobState[] =>
  JOB_STATES.filter((state) => VIDEO_STATUS[state] === status);

export const VIDEO_STATUS: Readonly<Record<JobState, (typeof VIDEO_STATUSES)[number]>> = {
  queued: 'queued',
  running: 'in_progress',
  canceling: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  canceled: 'failed',
  expired: 'failed',
};
