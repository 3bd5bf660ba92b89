import type { SimulatedJob, World } from '../contract';
import type { TASK_STATUSES } from '../../src/providers/kling/schema';
import { deductionOf } from './charges';

/** Kling's words for the simulated states; it has none for a job that was canceled or expired. */
const STATUS: Readonly<Record<SimulatedJob['state'], (typeof TASK_STATUSES)[number]>> = {
  queued: 'submitted',
  running: 'processing',
  succeeded: 'succeed',
  failed: 'failed',
  policy: 'failed',
  canceled: 'failed',
  expired: 'failed',
};

/** Why a task ended without a video. */
export const REASONS: Readonly<Partial<Record<SimulatedJob['state'], string>>> = {
  failed: 'Internal error, please try again',
  policy: 'Failure to pass the risk control system',
  canceled: 'The task was stopped',
  expired: 'The task took too long',
};

/** Renders what a create answers. */
export function renderNewTask(job: SimulatedJob): Record<string, unknown> {
  return {
    task_id: job.id,
    ...(job.word === null ? {} : { task_status: job.word ?? STATUS[job.state] }),
    task_info: infoOf(job),
    created_at: job.createdAt,
    updated_at: job.updatedAt,
  };
}

/** Renders a task as GET and list show it. */
export function renderTask(job: SimulatedJob, world: World): Record<string, unknown> {
  const videos = videosOf(job, world);
  return {
    ...renderNewTask(job),
    task_status_msg: REASONS[job.state] ?? '',
    watermark_info: { enabled: hasWatermark(job) },
    task_result: { videos },
    ...deductionOf(job),
  };
}

/** Renders the callback: a task without an envelope, with the fields of every kind of task. */
export function renderCallback(job: SimulatedJob, world: World): Record<string, unknown> {
  return {
    ...renderTask(job, world),
    task_info: { parent_video: null, ...infoOf(job) },
    task_result: { images: [], videos: videosOf(job, world) },
  };
}

const hasWatermark = (job: SimulatedJob): boolean => job.data['watermark'] === true;

function videosOf(job: SimulatedJob, world: World): Record<string, unknown>[] {
  if (job.state !== 'succeeded') return [];
  const url = world.mediaUrl(job, 'video');
  if (url === undefined) return [];
  const marked = hasWatermark(job) ? { watermark_url: url } : {};
  return [{ id: `${job.id}-1`, url, ...marked, duration: String(job.seconds) }];
}

function infoOf(job: SimulatedJob): Record<string, unknown> {
  const id = job.data['external_task_id'];
  return id === undefined ? {} : { external_task_id: id };
}
