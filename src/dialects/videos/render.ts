import { callbackBody } from '../kit/callback-body';
import type { RoutedModel } from '../../core/catalog/catalog';
import type { Answer } from '../../core/api/answer';
import type { CallbackContext, RenderContext } from '../../core/api/dialect';
import { ABOUT_THE_REQUEST, endReasonOf, statusDetailOf } from '../kit/end-reason';
import type { GatewayError } from '../../core/errors';
import { given } from '../../core/json/fields';
import { renderId } from '../../core/job/ids';
import type { Job } from '../../core/job/job';
import { providerModelOf, shownOf } from '../../core/job/made';
import { offerOf } from '../kit/offer';
import { OPENAI_ERROR_TYPES, renderOpenaiError } from '../kit/openai-error';
import { parametersOf, sizeOf, unixSeconds } from '../kit/parameters';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { Live } from '../../core/ports/gateway/live';
import type { Results } from '../../core/ports/gateway/results';
import { pollAfter } from '../kit/poll-after';
import type { PriceRange } from '../../core/money/price-range';
import { formatPoints } from '../../core/money/pricing';
import { VIDEO_STATUS } from '../kit/video-status';
import type { Video, VideoModel } from './reply';
import { serverWordsOf } from './server-words';

/** The entry of a job's `echo` that holds the id of the video of which it was made. */
export const REMIXED_FROM = 'remixed_from_video_id';

type Link = (kind: 'video' | 'last_frame') => string;

export function fromJob(job: Job, context: RenderContext): Video {
  const link: Link = (kind) => context.link(job, kind);
  const filesEndAt = context.filesEndAt(job);
  const shown = shownOf(job);
  const duration = shown.seconds ?? null;
  return {
    ...identityOf(job),
    object: 'video',
    status: VIDEO_STATUS[job.state],
    model: job.model,
    prompt: job.request.prompt,
    created_at: unixSeconds(job.createdAt),
    updated_at: unixSeconds(job.updatedAt),
    completed_at: job.finishedAt === undefined ? null : unixSeconds(job.finishedAt),
    expires_at: filesEndAt === undefined ? null : unixSeconds(filesEndAt),
    progress: job.state === 'succeeded' ? 100 : Math.round(job.progress ?? 0),
    seconds: duration === null ? null : String(duration),
    duration,
    size: sizeOf(shown),
    resolution: shown.resolution,
    aspect_ratio: shown.aspectRatio,
    parameters: parametersOf(job.applied),
    metadata: { ...job.metadata, ...(isTask(job) ? taskResultOf(job, link) : {}) },
    ...given({ request_id: textOf(job.echo['request_id']), user: textOf(job.echo['user']) }),
    ...resultOf(job, link),
    ...given({ provider_model: providerModelOf(job) }),
    ...usageOf(job),
    remixed_from_video_id: textOf(job.echo[REMIXED_FROM]) ?? null,
    error: errorOf(job),
    ...given({ status_detail: statusDetailOf(job) }),
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Its `/v1/video/generations` and our `/v1/videos/{id}` are one flow in new-api, with one id and the result's link. */
const isTask = (job: Job): boolean => job.dialect === 'video-generations';

export const idOf = (job: Job): string => renderId(isTask(job) ? 'task' : 'video', job.id);

function identityOf(job: Job): Pick<Video, 'id' | 'task_id'> {
  const id = idOf(job);
  return isTask(job) ? { id, task_id: id } : { id };
}

const taskResultOf = (job: Job, link: Link): { url?: string } =>
  job.state === 'succeeded' ? { url: link('video') } : {};

/** Shows a job with links of the gateway's own. */
export const show = (results: Results, job: Job): Video => fromJob(job, results);

/** Answers with a job, where its events are, and when to ask again. */
export const answering =
  (gateway: Results & Live & Jobs) =>
  (job: Job): Answer => ({
    status: 200,
    headers: { ...pollAfter(gateway, job), link: eventsLinkOf(gateway, job) },
    body: show(gateway, job),
  });

/** Writes the link to the events of a job as a header: `<https://…/events?…>; rel="events"`. */
export const eventsLinkOf = ({ eventsLink }: Live, job: Pick<Job, 'id' | 'workspaceId'>): string =>
  `<${eventsLink(job)}>; rel="events"`;

function resultOf(job: Job, link: Link): Pick<Video, 'url' | 'video_url' | 'content'> {
  if (job.state !== 'succeeded') return {};
  const url = link('video');
  const hasLastFrame = job.outputs.some((output) => output.kind === 'last_frame');
  return {
    url,
    video_url: url,
    ...(hasLastFrame ? { content: { last_frame_url: link('last_frame') } } : {}),
  };
}

function usageOf(job: Job): Pick<Video, 'usage'> {
  const tokens = job.usage?.tokens;
  return tokens === undefined ? {} : { usage: { completion_tokens: tokens, total_tokens: tokens } };
}

/** Adds OpenAI's word for the kind of error. A canceled job has none, since nothing went wrong. */
function errorOf(job: Job): Video['error'] {
  const reason = endReasonOf(job);
  if (!reason) return null;
  if (reason.code === 'canceled') return { ...reason, type: null };
  const isRequest = ABOUT_THE_REQUEST.includes(reason.code);
  return { ...reason, type: OPENAI_ERROR_TYPES[isRequest ? 'invalid_request' : 'upstream'] };
}

export function videoModelOf(model: RoutedModel, range: PriceRange): VideoModel {
  const { name } = model.entry;
  const offer = offerOf(model);
  const frames = ['first_frame', 'last_frame'] as const;
  return {
    id: name,
    object: 'model',
    name,
    supported_resolutions: offer.resolutions,
    supported_aspect_ratios: offer.aspectRatios,
    supported_sizes: offer.sizes,
    supported_durations: offer.secondsAuto ? [...offer.seconds, -1] : offer.seconds,
    supported_frame_images: frames.filter((frame) =>
      offer.modes.includes(frame === 'first_frame' ? frame : 'first_last_frame'),
    ),
    generate_audio: offer.audio,
    seed: offer.seed,
    pricing_skus: skusOf(range),
    supported_modes: offer.modes,
    supported_input_references: {
      image_url: offer.references.images,
      video_url: offer.references.videos,
      audio_url: offer.references.audios,
    },
    watermark: offer.watermark,
    return_last_frame: offer.lastFrame,
    supported_fps: offer.fps,
    supported_server_words: serverWordsOf(model),
  };
}

/** Prices of a model in points: one for each video, or for each second, and of the cheapest and the dearest video. */
function skusOf(range: PriceRange): VideoModel['pricing_skus'] {
  if (range.unit === 'job') return { per_job: formatPoints(range.from) };
  const ends = { from: formatPoints(range.from), to: formatPoints(range.to) };
  return range.unit === 'second' ? { per_second: range.perSecond, ...ends } : ends;
}

/** Token360 has words of its own for three of them. */
const ERROR_TYPES = {
  ...OPENAI_ERROR_TYPES,
  unauthorized: 'invalid_api_key',
  insufficient_balance: 'insufficient_balance',
  forbidden: 'model_access_denied',
};

export const renderError = (error: GatewayError): Answer => renderOpenaiError(error, ERROR_TYPES);

/**
 * `{type, timestamp, data}` of Standard Webhooks plus `id`, `object`, `created_at`, which readers of OpenAI's events
 * look for. A message that would be too long leaves out, in this order, the prompt, the parameters and the metadata;
 * `GET /v1/videos/{id}` has them all.
 */
export function renderCallback(job: Job, context: CallbackContext): string {
  const video = fromJob(job, context);
  const at = job.finishedAt ?? job.updatedAt;
  const body = (data: Video) => ({
    id: context.eventId,
    object: 'event',
    type: video.status === 'completed' ? 'video.completed' : 'video.failed',
    created_at: unixSeconds(at),
    timestamp: new Date(at).toISOString(),
    ...given({ request_id: video.request_id }),
    data,
  });
  return callbackBody([
    body(video),
    body({ ...video, prompt: null }),
    body({ ...video, prompt: null, parameters: {} }),
    body({ ...video, prompt: null, parameters: {}, metadata: {} }),
  ]);
}
