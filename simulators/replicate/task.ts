import type { SimulatedJob, World } from '../contract';
import type { STATUSES } from '../../src/providers/replicate/schema';

/** Replicate's words for the simulated states. */
const STATUS: Readonly<Record<SimulatedJob['state'], (typeof STATUSES)[number]>> = {
  queued: 'starting',
  running: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  policy: 'failed',
  canceled: 'canceled',
  expired: 'aborted',
};

const ERRORS: Readonly<Partial<Record<SimulatedJob['state'], string>>> = {
  failed: 'Prediction interrupted; please retry (code: PA)',
  policy:
    'The input or output was flagged as sensitive. Please try again with different inputs. (E005)',
};

/** What was made is kept for an hour. */
const KEPT_MS = 3_600_000;

export const isOver = ({ state }: SimulatedJob): boolean =>
  state !== 'queued' && state !== 'running';

const timeOf = (ms: number): string => new Date(ms).toISOString();

/** Renders a prediction as create, GET, list, cancel and callback show it. */
export function renderPrediction(job: SimulatedJob, origin: string, world: World): unknown {
  const isRemoved = isOver(job) && world.now - job.updatedAt > KEPT_MS;
  const url = job.state === 'succeeded' && !isRemoved ? world.mediaUrl(job, 'video') : undefined;
  const base = `${origin}/predictions/${job.id}`;
  return {
    id: job.id,
    model: job.data['model'],
    version: 'hidden',
    input: isRemoved ? null : job.data['input'],
    output: url ?? null,
    error: ERRORS[job.state] ?? null,
    logs: '',
    ...(job.word === null ? {} : { status: job.word ?? STATUS[job.state] }),
    source: 'api',
    data_removed: isRemoved,
    created_at: timeOf(job.createdAt),
    // One that expires here has not begun.
    started_at: job.beganAt === undefined || job.state === 'expired' ? null : timeOf(job.beganAt),
    completed_at: isOver(job) ? timeOf(job.updatedAt) : null,
    metrics: metricsOf(job),
    urls: { get: base, cancel: `${base}/cancel`, web: `https://replicate.com/p/${job.id}` },
    webhook: job.data['webhook'],
    webhook_events_filter: job.data['events'],
  };
}

function metricsOf(job: SimulatedJob): Record<string, unknown> {
  if (job.state !== 'succeeded') return {};
  const seconds = (job.updatedAt - job.createdAt) / 1_000;
  return {
    predict_time: seconds,
    total_time: seconds,
    video_output_count: 1,
    video_output_duration_seconds: job.usage ?? job.seconds,
  };
}
