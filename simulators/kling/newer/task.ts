import type { SimulatedJob, World } from '../../contract';
import type { TASK_STATUSES } from '../../../src/providers/kling/newer/schema';
import { billingOf } from '../charges';
import { REASONS } from '../task';

/** Kling's newer words for the simulated states; it has none for a job that was canceled or expired. */
const STATUS: Readonly<Record<SimulatedJob['state'], (typeof TASK_STATUSES)[number]>> = {
  queued: 'submitted',
  running: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  policy: 'failed',
  canceled: 'failed',
  expired: 'failed',
};

/** Renders what a create answers. */
export function renderNewTask(job: SimulatedJob): Record<string, unknown> {
  const externalId = job.data['external_task_id'];
  return {
    id: job.id,
    ...(job.word === null ? {} : { status: job.word ?? STATUS[job.state] }),
    create_time: job.createdAt,
    update_time: job.updatedAt,
    ...(externalId === undefined ? {} : { external_id: externalId }),
  };
}

/** Renders a task as the list shows it and a callback brings it: what it cost is told when it has made a video. */
export function renderTask(job: SimulatedJob, world: World): Record<string, unknown> {
  return {
    ...renderNewTask(job),
    message: REASONS[job.state] ?? '',
    outputs: outputsOf(job, world),
    billing: billingOf(job),
  };
}

function outputsOf(job: SimulatedJob, world: World): Record<string, unknown>[] {
  const url = job.state === 'succeeded' ? world.mediaUrl(job, 'video') : undefined;
  if (url === undefined) return [];
  const marked = job.data['watermark'] === true ? { watermark_url: url } : {};
  return [{ type: 'video', id: `${job.id}-1`, url, ...marked, duration: String(job.seconds) }];
}
