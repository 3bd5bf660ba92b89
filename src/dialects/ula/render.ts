import { callbackBody } from '../kit/callback-body';
import type { RoutedModel } from '../../core/catalog/catalog';
import type { Answer } from '../../core/api/answer';
import type { CallbackContext } from '../../core/api/dialect';
import { endReasonOf, statusDetailOf } from '../kit/end-reason';
import type { ErrorCode, FailureCode, GatewayError } from '../../core/errors';
import { given } from '../../core/json/fields';
import { isTerminal, type Job } from '../../core/job/job';
import { shownOf } from '../../core/job/made';
import { offerOf } from '../kit/offer';
import { unixSeconds } from '../kit/parameters';
import type { PriceRange } from '../../core/money/price-range';
import { formatPoints } from '../../core/money/pricing';
import { retryHeaders } from '../kit/retry-headers';
import type { Model, Video } from './reply';

export type Link = (job: Job, kind: 'video') => string;

/** What an answer tells beside its job: the links to files, and the milliseconds after which to ask again. */
export interface Told {
  link: Link;
  pollAfterMs: number;
}

/**
 * The path at which a job is read again (`/v1/ula/videos/<uuid>`): a reference relative to this gateway, as RFC 9110
 * allows in `Location`.
 */
export const statusPathOf = (job: Job): string => `/v1/ula/videos/${job.id}`;

export function succeeded(data: unknown): Record<string, unknown> {
  const api_details = {
    api_status: 'success',
    api_message: 'API has return response successfully.', // as documented, word for word
  };
  return { api_details, data, error: {} };
}

function failed(error: { code: string; message: string; param?: string }) {
  return { api_details: { api_status: 'error', api_message: error.message }, data: {}, error };
}

/**
 * The HTTP status of a job that ended without a video: 400 where no repeat of the request can help, 500 where one may
 * (its documented text is "unexpected error during video generation"), 409 for a job that somebody canceled, so that
 * clients which repeat after a 5xx do not order it again.
 */
const FAILURE_STATUS: Record<FailureCode, number> = {
  content_rejected: 400,
  invalid_input: 400,
  provider_denied: 500,
  provider_unreachable: 500,
  provider_error: 500,
  provider_busy: 500,
  provider_lost: 500,
  result_unreadable: 500,
  submission_unknown: 500,
  timed_out: 500,
  expired: 500,
  canceled: 409,
  not_started: 409,
  internal: 500,
};

/** Answers about a job, in the one way there is: 200 with the video, 202 while it goes on, or why there is none. */
export function answerOf(job: Job, { link, pollAfterMs }: Told): Answer {
  const body = bodyOf(job, link);
  const path = statusPathOf(job);
  if (!isTerminal(job.state)) {
    const seconds = String(Math.ceil(pollAfterMs / 1000));
    return { status: 202, headers: { location: path, 'retry-after': seconds }, body };
  }
  const reason = endReasonOf(job);
  const status = reason ? FAILURE_STATUS[reason.code] : 200;
  return { status, headers: { 'content-location': path }, body };
}

function bodyOf(job: Job, link: Link): Record<string, unknown> {
  const reason = endReasonOf(job);
  return reason ? failed(reason) : succeeded(videoOf(job, link));
}

function videoOf(job: Job, link: Link): Video {
  const isDone = job.state === 'succeeded';
  const tokens = job.usage?.tokens ?? 0;
  return {
    id: job.id,
    created: unixSeconds(job.createdAt),
    text: `${isDone ? 'Generated' : 'Generating'} video for prompt: ${job.request.prompt}`,
    finish_reason: isDone ? 'stop' : null,
    provider: job.provider,
    model: job.model,
    usage: { prompt_tokens: 0, completion_tokens: tokens, total_tokens: tokens },
    latency_ms: job.finishedAt === undefined ? 0 : job.finishedAt - job.createdAt,
    images: [],
    videos: isDone ? [{ url: link(job, 'video'), type: 'mp4' }] : [],
    resolution: pixelsOf(job),
    audios: null,
    ...(isDone
      ? {}
      : {
          status: job.state === 'queued' ? ('queued' as const) : ('in_progress' as const),
          status_url: statusPathOf(job),
          ...given({ status_detail: statusDetailOf(job) }),
        }),
  };
}

function pixelsOf(job: Job): string {
  const { width, height, resolution } = shownOf(job);
  if (width === undefined || height === undefined) return resolution;
  return `${String(width)}*${String(height)}`;
}

/**
 * Lists a model in the documented spelling, where resolutions end in a capital P: `720P`. Its one price is that of the
 * cheapest video on offer.
 */
export function modelOf(model: RoutedModel, range: PriceRange): Model {
  const { entry, routes } = model;
  const offer = offerOf(model);
  return {
    provider: routes[0].provider.name,
    model: entry.name,
    type: 'video',
    context: null,
    resolutions: offer.resolutions.map((name) => name.replace(/^(\d+)p$/, '$1P')),
    aspect_ratios: offer.aspectRatios,
    durations: offer.seconds,
    generate_audio: offer.audio,
    camera_fixed: offer.cameraFixed,
    service_tiers: offer.serviceTiers,
    fps: offer.fps,
    inputs: offer.modes,
    price: formatPoints(range.from),
  };
}

/**
 * Documented are 400 (a body that cannot be read, an unsupported model), 401, 403 (balance), 422 (a field that breaks
 * the schema) and 500. The others are ours, for what the documentation does not speak of.
 */
const STATUS: Partial<Record<ErrorCode, number>> = {
  insufficient_balance: 403,
  model_not_found: 400,
};

/**
 * Returns the HTTP status of an error. A field that is named is a matter of the schema, 422; the rest of what is wrong
 * with a request is 400.
 */
function statusOf(error: GatewayError): number {
  const isField = error.code === 'invalid_request' && error.param !== undefined;
  if (isField && error.param !== 'Idempotency-Key') return 422;
  return STATUS[error.code] ?? error.status;
}

export function renderError(error: GatewayError): Answer {
  const { code, message, param } = error;
  return {
    status: statusOf(error),
    headers: retryHeaders(error),
    body: failed({ code, message, ...given({ param }) }),
  };
}

/**
 * The documentation has no callbacks. Ours is a message of Standard Webhooks whose `data` is what a read of the job
 * answers; one that would be too long leaves out the prompt.
 */
export function renderCallback(job: Job, context: CallbackContext): string {
  const type = job.state === 'succeeded' ? 'video.completed' : 'video.failed';
  const timestamp = new Date(job.finishedAt ?? job.updatedAt).toISOString();
  const message = (prompt: string) => {
    const told = { ...job, request: { ...job.request, prompt } };
    const data = bodyOf(told, (of, kind) => context.link(of, kind));
    return { id: context.eventId, type, timestamp, job_id: job.id, data };
  };
  return callbackBody([message(job.request.prompt), message('')]);
}
