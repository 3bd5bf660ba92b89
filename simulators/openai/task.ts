import type { SimulatedJob, SimulatedReply, World } from '../contract';
import { IS_REELAY, LAST_FRAME, MODEL, PROMPT, REQUEST_ID } from './create';
import { litellmId } from './litellm';
import { mannersOf, serverOf } from './servers';

/** OpenAI's words for the simulated states; it has none for a job that was canceled or expired. */
const STATUS: Readonly<Record<SimulatedJob['state'], string>> = {
  queued: 'queued',
  running: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  policy: 'failed',
  canceled: 'failed',
  expired: 'failed',
};

interface JobError {
  code: string;
  message: string;
}
type Errors = Readonly<Partial<Record<SimulatedJob['state'], JobError>>>;

/** No page lists the codes of a failed job. */
const ERRORS: Errors = {
  failed: { code: 'video_generation_failed', message: 'The video could not be generated.' },
  policy: {
    code: 'moderation_blocked',
    message: 'Your request was blocked by our moderation system.',
  },
  canceled: { code: 'canceled', message: 'The job was canceled.' },
  expired: { code: 'generation_timeout', message: 'The video took too long.' },
};

/** A gateway of this kind has its own words. */
const REELAY_ERRORS: Errors = {
  failed: { code: 'provider_error', message: 'The provider failed to make the video.' },
  policy: { code: 'content_rejected', message: 'The provider rejected the content.' },
  canceled: { code: 'canceled', message: 'The job was canceled.' },
  expired: { code: 'timed_out', message: 'The video was not ready before the deadline.' },
};

const isReelay = (job: SimulatedJob): boolean => job.data[IS_REELAY] === true;

/** Gives why a job has no video, in the code and text of its server; undefined for one that may have one. */
export const errorOf = (job: SimulatedJob): JobError | undefined =>
  (isReelay(job) ? REELAY_ERRORS : ERRORS)[job.state];

/** Answers a look: vLLM-Omni with the status of the job's error where it has one. */
export function showVideo(job: SimulatedJob, world: World): SimulatedReply {
  const fails = mannersOf(job).failsLooks && errorOf(job) !== undefined;
  return { status: fails ? 500 : 200, body: renderVideo(job, world) };
}

/** Renders a video as create, look and list show it. */
export function renderVideo(job: SimulatedJob, world: World): Record<string, unknown> {
  const { data, state } = job;
  const hasEnded = !['queued', 'running'].includes(state);
  const status =
    job.word ?? (mannersOf(job).showsNoRun && state === 'running' ? 'queued' : STATUS[state]);
  return {
    id: job.id,
    object: 'video',
    model: data[MODEL],
    ...(job.word === null ? {} : { status }),
    progress: job.progress,
    created_at: seconds(job.createdAt),
    completed_at: hasEnded ? seconds(job.updatedAt) : null,
    expires_at: null,
    ...(mannersOf(job).hidesPrompt ? {} : { prompt: data[PROMPT] }),
    size: `${String(job.width)}x${String(job.height)}`,
    seconds: String(job.seconds),
    remixed_from_video_id: null,
    error: shownError(job),
    ...ownFields(job, world),
  };
}

const seconds = (ms: number): number => Math.floor(ms / 1_000);

function shownError(job: SimulatedJob): unknown {
  const error = errorOf(job);
  if (!error) return null;
  switch (mannersOf(job).jobError) {
    case 'object':
      return mannersOf(job).failsLooks ? { code: 500, message: error.message } : error;
    case 'message':
      return { message: error.message };
    case 'text':
      return error.message;
  }
}

/** What a server has beyond the reference: another id, a link, what was used. */
function ownFields(job: SimulatedJob, world: World): Record<string, unknown> {
  const isDone = job.state === 'succeeded';
  const url = isDone ? world.mediaUrl(job, 'video') : undefined;
  if (isReelay(job)) {
    const frame =
      isDone && job.data[LAST_FRAME] === true ? world.mediaUrl(job, 'last_frame') : undefined;
    return {
      ...(job.data[REQUEST_ID] === undefined ? {} : { request_id: job.data[REQUEST_ID] }),
      ...(url === undefined ? {} : { url, video_url: url }),
      ...(frame === undefined ? {} : { content: { last_frame_url: frame } }),
    };
  }
  switch (serverOf(job.account)) {
    case 'newapi':
      return { task_id: job.id, metadata: url === undefined ? {} : { url } };
    case 'litellm':
      return { id: litellmId(job), usage: null };
    default:
      return {};
  }
}
