import type { SimulatedJob, World } from '../contract';
import type { TASK_STATUSES } from '../../src/providers/minimax/schema';
import { SOLD } from './charges';

/** The newer wire's words for the simulated states. */
const STATUS: Readonly<Record<SimulatedJob['state'], (typeof TASK_STATUSES)[number]>> = {
  queued: 'queued',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  policy: 'failed',
  canceled: 'cancelled',
  expired: 'expired',
};

/** Why a task failed, by the simulated state: code and text of either wire. */
export const REASONS: Readonly<Partial<Record<SimulatedJob['state'], [number, string]>>> = {
  failed: [1000, 'unknown error'],
  policy: [1027, 'output content sensitive'],
};

/** Renders a task as the list shows it, and the look in an envelope. */
export function renderTask(job: SimulatedJob, world: World): Record<string, unknown> {
  const reason = REASONS[job.state];
  return {
    id: job.id,
    model: job.data[SOLD.model],
    ...(job.word === null ? {} : { status: job.word ?? STATUS[job.state] }),
    ...(reason ? { error: { code: String(reason[0]), message: reason[1] } } : {}),
    created_at: Math.floor(job.createdAt / 1_000),
    updated_at: Math.floor(job.updatedAt / 1_000),
    ...(job.state === 'succeeded' ? { content: contentOf(job, world), usage: usageOf(job) } : {}),
    resolution: job.data[SOLD.resolution],
    duration: job.seconds,
    ratio: job.data['ratio'],
    task_type: 'generation',
    modality: 'video',
  };
}

function contentOf(job: SimulatedJob, world: World): Record<string, unknown> {
  const url = world.mediaUrl(job, 'video');
  return url === undefined ? {} : { url };
}

function usageOf(job: SimulatedJob): Record<string, unknown> {
  const input = Number(job.data[SOLD.inputSeconds]);
  const output = job.usage ?? job.seconds;
  return {
    total_seconds: input + output,
    input_seconds: input,
    output_seconds: output,
    input_image_count: job.data[SOLD.pictures],
  };
}
