import type { SimulatedJob, SimulatedReply, World } from '../contract';
import type { STATUSES } from '../../src/providers/fal/schema';
import { isSeedance } from './create';
import { refusalOf, refuse } from './refusal';
import { countUnits } from './tokens';

/** fal's words for the simulated states: it has one for every end. */
const STATUS: Readonly<Record<SimulatedJob['state'], (typeof STATUSES)[number]>> = {
  queued: 'IN_QUEUE',
  running: 'IN_PROGRESS',
  succeeded: 'COMPLETED',
  failed: 'COMPLETED',
  policy: 'COMPLETED',
  canceled: 'COMPLETED',
  expired: 'COMPLETED',
};

/** The ends that the queue itself makes, with the type of each. */
const QUEUE_ENDS: Readonly<
  Partial<Record<SimulatedJob['state'], readonly [number, string, string]>>
> = {
  canceled: [499, 'client_cancelled', 'Request was cancelled by the client'],
  expired: [504, 'request_timeout', 'Request timed out before a runner could start it'],
};

/** The ends that a model makes: status, type and text of its problem. */
const MODEL_ENDS: Readonly<
  Partial<Record<SimulatedJob['state'], readonly [number, string, string]>>
> = {
  failed: [500, 'internal_server_error', 'Internal server error'],
  policy: [
    422,
    'content_policy_violation',
    'The content could not be processed because it was flagged by a content checker.',
  ],
};

/** Says whether a request has ended. */
export const isOver = (job: SimulatedJob): boolean => STATUS[job.state] === 'COMPLETED';

/** Renders the addresses of a request; they have the app, and not the endpoint. */
function linksOf(job: SimulatedJob, origin: string): Record<string, unknown> {
  const base = `${origin}/${String(job.data['app'])}/requests/${job.id}`;
  return {
    request_id: job.id,
    response_url: base,
    status_url: `${base}/status`,
    cancel_url: `${base}/cancel`,
  };
}

/** Renders what a submit answers. */
export const renderCreated = (job: SimulatedJob, origin: string): Record<string, unknown> => ({
  ...(job.word === null ? {} : { status: job.word ?? 'IN_QUEUE' }),
  gateway_request_id: job.id,
  ...linksOf(job, origin),
  queue_position: 0,
});

/** Renders a look: 202 for as long as the request is not over. */
export function renderStatus(job: SimulatedJob, origin: string): SimulatedReply {
  const [, type, text] = QUEUE_ENDS[job.state] ?? [];
  const [status] = MODEL_ENDS[job.state] ?? [];
  const error =
    text ?? (status === undefined ? undefined : `Invalid status code: ${String(status)}`);
  const word = job.word ?? STATUS[job.state];
  return {
    status: isOver(job) ? 200 : 202,
    body: {
      ...(job.word === null ? {} : { status: word }),
      ...linksOf(job, origin),
      ...(job.state === 'queued' ? { queue_position: 0 } : { logs: null }),
      ...(isOver(job) ? { metrics: { inference_time: 41.8 } } : {}),
      ...(error === undefined ? {} : { error }),
      ...(type === undefined ? {} : { error_type: type }),
    },
  };
}

/** Renders what the model answered, as fal plays it back; before the end there is nothing to play. */
export function renderResult(job: SimulatedJob, world: World): SimulatedReply {
  if (!isOver(job)) return refuse(refusalOf(400, 'Request is still in progress'));
  const [status = 200, type = '', text = ''] = QUEUE_ENDS[job.state] ?? [];
  if (text !== '') return refuse(refusalOf(status, text, type));
  const id = { 'x-fal-request-id': job.id };
  const failed = MODEL_ENDS[job.state];
  if (failed) return { status: failed[0], headers: id, body: { detail: [problemOf(failed)] } };
  return {
    status: 200,
    headers: { ...id, 'x-fal-billable-units': String(unitsOf(job)) },
    body: outputOf(job, world),
  };
}

const problemOf = ([, type, msg]: readonly [number, string, string]): Record<string, unknown> => ({
  loc: type === 'content_policy_violation' ? ['body', 'prompt'] : ['body'],
  msg,
  type,
  url: `https://docs.fal.ai/errors#${type}`,
});

function unitsOf(job: SimulatedJob): number {
  const { width, height, seconds, data } = job;
  const made = { isSeedance: isSeedance(String(data['endpoint'])), width, height, seconds };
  return job.usage ?? countUnits(made);
}

function outputOf(job: SimulatedJob, world: World): Record<string, unknown> {
  const url = world.mediaUrl(job, 'video');
  const file = { url, content_type: 'video/mp4', file_name: 'output.mp4', file_size: 1_048_576 };
  return { video: url === undefined ? null : file, seed: job.seed };
}

/** Renders what is posted at the end, and only then. Undefined before it. */
export function renderCallback(job: SimulatedJob, world: World): unknown {
  if (!isOver(job)) return undefined;
  const { status, body } = renderResult(job, world);
  return {
    request_id: job.id,
    gateway_request_id: job.id,
    ...(status === 200
      ? { status: 'OK', payload: body }
      : { status: 'ERROR', error: `Invalid status code: ${String(status)}`, payload: body }),
  };
}
