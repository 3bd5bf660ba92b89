import type { SimulatedJob, World } from '../contract';
import type { STATUSES } from '../../src/providers/runway/schema';
import { SOLD } from './create';

/** Runway's words for the simulated states; it has none for a task that expired. */
const STATUS: Readonly<Record<SimulatedJob['state'], (typeof STATUSES)[number]>> = {
  queued: 'PENDING',
  running: 'RUNNING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  policy: 'FAILED',
  canceled: 'CANCELLED',
  expired: 'FAILED',
};

/** Why a task failed, by the simulated state: code and text. */
const FAILURES: Readonly<Partial<Record<SimulatedJob['state'], readonly [string, string]>>> = {
  failed: ['INTERNAL.BAD_OUTPUT.CODE01', 'An unexpected error occurred.'],
  policy: ['SAFETY.OUTPUT.VIDEO', 'The output was flagged by our content moderation system.'],
  expired: ['INTERNAL', 'The task took too long.'],
};

/** Gives the credits that a create is told: the most that the task may cost. */
export const estimateOf = ({ data }: SimulatedJob): { credits: number } => ({
  credits: Number(data[SOLD.credits]) * Number(data[SOLD.longest]),
});

/** Renders a task as GET shows it. Every look signs its link anew. */
export function renderTask(job: SimulatedJob, world: World): Record<string, unknown> {
  return {
    id: job.id,
    createdAt: new Date(job.createdAt).toISOString(),
    ...(job.word === null ? {} : { status: job.word ?? STATUS[job.state] }),
    ...endOf(job, world),
  };
}

function endOf(job: SimulatedJob, world: World): Record<string, unknown> {
  const failed = FAILURES[job.state];
  if (failed) {
    const [failureCode, failure] = failed;
    return { failure, failureCode, cost: NOTHING };
  }
  switch (job.state) {
    case 'succeeded':
      return { output: outputOf(job, world), cost: costOf(job) };
    case 'canceled':
      return { cost: NOTHING };
    case 'running':
      return { progress: job.progress / 100, estimatedCost: estimateOf(job) };
    default:
      return { estimatedCost: estimateOf(job) };
  }
}

/** What failed is given back. */
const NOTHING = { credits: 0 };

const costOf = (job: SimulatedJob): { credits: number } => ({
  credits: job.usage ?? Number(job.data[SOLD.credits]) * job.seconds,
});

function outputOf(job: SimulatedJob, world: World): string[] {
  const url = world.mediaUrl(job, 'video');
  return url === undefined ? [] : [url];
}
