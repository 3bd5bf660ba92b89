import type { SimulatedJob, World } from '../contract';
import type { TASK_STATUSES } from '../../src/providers/ark/schema';
import { countTokens, draftShare } from './tokens';

/** Ark's words for the simulated states. */
export const STATUS: Readonly<Record<SimulatedJob['state'], (typeof TASK_STATUSES)[number]>> = {
  queued: 'queued',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  policy: 'failed',
  canceled: 'cancelled',
  expired: 'expired',
};

const TASK_ERRORS: Readonly<Partial<Record<SimulatedJob['state'], [string, string]>>> = {
  failed: ['InternalServiceError', 'The service encountered an unexpected internal error.'],
  policy: [
    'OutputVideoSensitiveContentDetected',
    'The request failed because the output video may contain sensitive information.',
  ],
};

/** The key of a job's data for the seconds of its input videos, which no answer shows. */
export const INPUT_SECONDS = 'input seconds';

/** Renders a task as GET, list and callback show it. */
export function renderTask(job: SimulatedJob, world: World): Record<string, unknown> {
  const { frames, ...echo } = job.data;
  const error = TASK_ERRORS[job.state];
  const done = job.state === 'succeeded';
  const tokens = job.usage ?? tokensOf(job);
  return {
    id: job.id,
    model: echo['model'],
    ...(job.word === null ? {} : { status: job.word ?? STATUS[job.state] }),
    error: error ? { code: error[0], message: error[1] } : null,
    created_at: Math.floor(job.createdAt / 1_000),
    updated_at: Math.floor(job.updatedAt / 1_000),
    ...(done
      ? {
          content: contentOf(job, world),
          usage: { completion_tokens: tokens, total_tokens: tokens },
        }
      : {}),
    seed: job.seed,
    ...(frames === undefined ? { duration: job.seconds } : { frames }),
    framespersecond: job.fps,
    ...echo,
    // No properties of the video; JSON leaves them out.
    return_last_frame: undefined,
    [INPUT_SECONDS]: undefined,
  };
}

/** Gives the links to the files; null for a task that ended without one. */
function contentOf(job: SimulatedJob, world: World): Record<string, unknown> | null {
  const url = world.mediaUrl(job, 'video');
  if (url === undefined) return null;
  const lastFrame = job.data['return_last_frame'] ? world.mediaUrl(job, 'last_frame') : undefined;
  return { video_url: url, ...(lastFrame === undefined ? {} : { last_frame_url: lastFrame }) };
}

function tokensOf({ data, seconds, width, height }: SimulatedJob): number {
  const { model, frames, draft } = data;
  return countTokens({
    model: String(model),
    width,
    height,
    seconds,
    frames: typeof frames === 'number' ? frames : undefined,
    inputSeconds: Number(data[INPUT_SECONDS] ?? 0),
    share: draft === true ? draftShare(data['generate_audio'] === true) : 1,
  });
}
