import type { SimulatedJob, World } from '../../contract';
import type { TASK_STATUSES } from '../../../src/providers/minimax/hailuo/schema';
import { REASONS } from '../task';

/** The older wire's words; it has none for a job that was canceled or expired. */
const STATUS: Readonly<Record<SimulatedJob['state'], (typeof TASK_STATUSES)[number]>> = {
  queued: 'Queueing',
  running: 'Processing',
  succeeded: 'Success',
  failed: 'Fail',
  policy: 'Fail',
  canceled: 'Fail',
  expired: 'Fail',
};

export const WELL = { status_code: 0, status_msg: 'success' };

/** The id of a job's file, which names the job here. */
export const fileIdOf = (job: SimulatedJob): string => `${FILE_PREFIX}${job.id}`;
const FILE_PREFIX = '9';

/** Gives the id of the job whose file it is; undefined for what is no id of a file. */
export const jobIdOf = (fileId: string): string | undefined =>
  /^9\d+$/.test(fileId) ? fileId.slice(FILE_PREFIX.length) : undefined;

/** Renders a task as the look shows it: a failure has its reason where a call has how it went. */
export function renderTask(job: SimulatedJob, world: World): Record<string, unknown> {
  const isMade = job.state === 'succeeded' && world.mediaUrl(job, 'video') !== undefined;
  const [code, text] = REASONS[job.state] ?? [];
  return {
    task_id: job.id,
    ...(job.word === null ? {} : { status: job.word ?? STATUS[job.state] }),
    file_id: isMade ? fileIdOf(job) : '',
    video_width: isMade ? job.width : 0,
    video_height: isMade ? job.height : 0,
    base_resp: code === undefined ? WELL : { status_code: code, status_msg: text },
  };
}

const CALLBACK_WORDS: Readonly<Record<string, string>> = {
  Queueing: 'processing',
  Processing: 'processing',
  Success: 'success',
  Fail: 'failed',
};

/** Renders the callback: the look in small letters, with three words for all states. */
export function renderCallback(job: SimulatedJob, world: World): Record<string, unknown> {
  return { ...renderTask(job, world), status: CALLBACK_WORDS[STATUS[job.state]] };
}

/** Renders the file of a finished job. */
export function renderFile(job: SimulatedJob, url: string): Record<string, unknown> {
  return {
    file: {
      file_id: Number(fileIdOf(job)),
      bytes: 0,
      created_at: Math.floor(job.updatedAt / 1_000),
      filename: 'output_aigc.mp4',
      purpose: 'video_generation',
      download_url: url,
    },
    base_resp: WELL,
  };
}
