import { callbackBody } from '../kit/callback-body';
import type { CallbackContext } from '../../core/api/dialect';
import { endReasonOf, statusDetailOf } from '../kit/end-reason';
import { given } from '../../core/json/fields';
import { renderId } from '../../core/job/ids';
import type { Job, JobState } from '../../core/job/job';
import { providerModelOf, shownOf } from '../../core/job/made';
import { parametersOf, unixSeconds } from '../kit/parameters';
import { pointsNumber } from '../../core/money/pricing';
import type { Mode } from '../../core/request/request';
import { VIDEO_STATUS } from '../kit/video-status';
import type { Envelope, SubmittedReply, Task, Video } from './reply';

/** Returns the signed link to the video. */
export type Link = (job: Job) => string;

export const idOf = (job: Job): string => renderId('task', job.id);

export function submittedOf(job: Job): SubmittedReply {
  return {
    id: idOf(job),
    task_id: idOf(job),
    object: 'video',
    model: job.model,
    status: 'queued',
    progress: 0,
    created_at: unixSeconds(job.createdAt),
    parameters: parametersOf(job.applied),
  };
}

/** Returns the envelope, and beside `data` what readers of the flat form look for. */
export function envelopeOf(job: Job, link: Link): Envelope {
  const data = taskOf(job, link);
  const { task_id, url, format, metadata, error } = data;
  const status = VIDEO_STATUS[job.state];
  return { code: 'success', message: '', task_id, status, url, format, metadata, error, data };
}

const ACTION: Record<Mode, Task['action']> = {
  text: 'textGenerate',
  first_frame: 'generate',
  first_last_frame: 'firstTailGenerate',
  reference: 'referenceGenerate',
};

function taskOf(job: Job, link: Link): Task {
  const url = job.state === 'succeeded' ? link(job) : '';
  const reason = endReasonOf(job);
  const { applied } = job;
  const shown = shownOf(job);
  return {
    id: idOf(job),
    task_id: idOf(job),
    object: 'video',
    model: job.model,
    status: statusOf(job),
    progress: `${String(progressOf(job))}%`,
    fail_reason: reason?.message ?? '',
    action: ACTION[applied.mode],
    platform: 'reelay',
    quota: pointsNumber(job.charged ?? job.price),
    ...timesOf(job),
    properties: {
      input: job.request.prompt,
      upstream_model_name: upstreamModelOf(job),
      origin_model_name: job.model,
    },
    url,
    result_url: url,
    video_url: url,
    format: 'mp4',
    metadata: {
      duration: shown.seconds ?? null,
      fps: applied.fps,
      width: shown.width ?? null,
      height: shown.height ?? null,
      seed: applied.seed ?? null,
      resolution: shown.resolution,
      aspect_ratio: shown.aspectRatio,
    },
    parameters: parametersOf(applied),
    ...usageOf(job),
    ...(typeof job.echo['user'] === 'string' ? { user: job.echo['user'] } : {}),
    error: reason,
    ...given({ status_detail: statusDetailOf(job) }),
    data: null,
  };
}

function timesOf(job: Job) {
  const at = (milliseconds: number | undefined): number => unixSeconds(milliseconds ?? 0);
  return {
    created_at: at(job.createdAt),
    updated_at: at(job.updatedAt),
    submit_time: at(job.createdAt),
    start_time: at(job.startedAt),
    finish_time: at(job.finishedAt),
  };
}

function usageOf({ usage }: Job): Pick<Task, 'usage'> {
  const tokens = usage?.tokens;
  return tokens === undefined ? {} : { usage: { completion_tokens: tokens, total_tokens: tokens } };
}

const upstreamModelOf = (job: Job): string =>
  (job.routes.find(({ channel }) => channel === job.channel) ?? job.routes[0])?.model ?? '';

const progressOf = (job: Job): number =>
  job.state === 'succeeded' ? 100 : Math.round(job.progress ?? 0);

/** Returns the status of a job in new-api's words, `SUBMITTED` until a provider has taken it. */
function statusOf({ state, startedAt }: Job): Task['status'] {
  switch (state) {
    case 'queued':
      return startedAt === undefined ? 'SUBMITTED' : 'QUEUED';
    case 'running':
    case 'canceling':
      return 'IN_PROGRESS';
    case 'succeeded':
      return 'SUCCESS';
    case 'failed':
    case 'canceled':
    case 'expired':
      return 'FAILURE';
  }
}

const PAIR_STATUS: Record<JobState, Video['status']> = {
  queued: 'pending',
  running: 'processing',
  canceling: 'processing',
  succeeded: 'completed',
  failed: 'failed',
  canceled: 'failed',
  expired: 'failed',
};

export function videoOf(job: Job, link: Link): Video {
  return {
    id: idOf(job),
    object: 'video',
    model: job.model,
    status: PAIR_STATUS[job.state],
    progress: progressOf(job),
    created_at: unixSeconds(job.createdAt),
    status_update_time: job.updatedAt,
    video_url: job.state === 'succeeded' ? link(job) : null,
    parameters: parametersOf(job.applied),
    ...given({ provider_model: providerModelOf(job) }),
    error: endReasonOf(job),
    ...given({ status_detail: statusDetailOf(job) }),
  };
}

/** Writes the poll's own envelope; past 20 kB without the prompt, then without the parameters. */
export function renderCallback(job: Job, context: CallbackContext): string {
  const envelope = envelopeOf(job, (ended) => context.link(ended, 'video'));
  const without = (change: Partial<Task>): Envelope => ({
    ...envelope,
    data: { ...envelope.data, ...change },
  });
  const properties = { ...envelope.data.properties, input: '' };
  return callbackBody([envelope, without({ properties }), without({ properties, parameters: {} })]);
}
