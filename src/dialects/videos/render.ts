import type { Answer, CallbackContext } from '../../core/dialect';
import { FAILURES, type GatewayError } from '../../core/errors';
import { renderId } from '../../core/ids';
import { isTerminal, type Job, type JobState } from '../../core/job';
import { OPENAI_ERROR_TYPES, renderOpenaiError } from '../../core/openai-error';
import type { Video } from './reply';

export type Link = (kind: 'video' | 'last_frame') => string;

/** The wire knows four states: a canceled or expired job is `failed`, its error code says which. */
const STATUS: Record<JobState, Video['status']> = {
  queued: 'queued',
  running: 'in_progress',
  canceling: 'in_progress',
  succeeded: 'completed',
  failed: 'failed',
  canceled: 'failed',
  expired: 'failed',
};

export function fromJob(job: Job, link: Link): Video {
  const duration = job.usage?.seconds ?? (job.applied.seconds < 0 ? null : job.applied.seconds);
  return {
    id: renderId('video', job.id),
    object: 'video',
    status: STATUS[job.state],
    model: job.model,
    prompt: job.request.prompt,
    created_at: seconds(job.createdAt),
    updated_at: seconds(job.updatedAt),
    completed_at: job.finishedAt === undefined ? null : seconds(job.finishedAt),
    expires_at: null,
    progress: job.state === 'succeeded' ? 100 : Math.round(job.progress ?? 0),
    seconds: duration === null ? null : String(duration),
    duration,
    size: sizeOf(job),
    resolution: job.applied.resolution,
    aspect_ratio: job.applied.aspectRatio,
    parameters: parametersOf(job),
    metadata: job.metadata,
    ...(typeof job.echo['request_id'] === 'string' ? { request_id: job.echo['request_id'] } : {}),
    ...resultOf(job, link),
    ...usageOf(job),
    remixed_from_video_id: null,
    error: errorOf(job),
  };
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

function sizeOf({ applied }: Job): string | null {
  if (applied.width === undefined || applied.height === undefined) return null;
  return `${String(applied.width)}x${String(applied.height)}`;
}

function parametersOf(job: Job): Record<string, unknown> {
  const { applied } = job;
  const all: Record<string, unknown> = {
    mode: applied.mode,
    duration: applied.seconds,
    resolution: applied.resolution,
    aspect_ratio: applied.aspectRatio,
    size: sizeOf(job) ?? undefined,
    fps: applied.fps,
    generate_audio: applied.generateAudio,
    seed: applied.seed,
    watermark: applied.watermark,
    camera_fixed: applied.cameraFixed,
    return_last_frame: applied.returnLastFrame,
    service_tier: applied.serviceTier,
    execution_expires_after: applied.expiresAfterSeconds,
    safety_identifier: applied.safetyIdentifier,
    negative_prompt: applied.negativePrompt,
    passthrough: Object.keys(applied.passthrough).length > 0 ? applied.passthrough : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

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

function errorOf(job: Job): Video['error'] {
  if (!isTerminal(job.state) || job.state === 'succeeded') return null;
  const code = job.state === 'failed' ? (job.failure?.code ?? 'provider_error') : job.state;
  return { code, message: job.failure?.message ?? FAILURES[code].text };
}

/** Token360 has words of its own for three of them. */
const ERROR_TYPES = {
  ...OPENAI_ERROR_TYPES,
  unauthorized: 'invalid_api_key',
  insufficient_balance: 'insufficient_balance',
  forbidden: 'model_access_denied',
};

export const renderError = (error: GatewayError): Answer => renderOpenaiError(error, ERROR_TYPES);

/** Callbacks stay below 20 kB (Standard Webhooks). */
export const CALLBACK_BYTES_MAX = 20_000;

/**
 * `{type, timestamp, data}` of Standard Webhooks plus `id`, `object`, `created_at`, which readers of OpenAI's events
 * look for. A message that would be too long leaves out, in this order, the prompt, the parameters and the metadata;
 * `GET /v1/videos/{id}` has them all.
 */
export function renderCallback(job: Job, context: CallbackContext): string {
  const video = fromJob(job, (kind) => context.link(job, kind));
  const at = job.finishedAt ?? job.updatedAt;
  const body = (data: Video): string =>
    JSON.stringify({
      id: context.eventId,
      object: 'event',
      type: video.status === 'completed' ? 'video.completed' : 'video.failed',
      created_at: seconds(at),
      timestamp: new Date(at).toISOString(),
      ...(video.request_id === undefined ? {} : { request_id: video.request_id }),
      data,
    });
  const versions: Video[] = [
    video,
    { ...video, prompt: null },
    { ...video, prompt: null, parameters: {} },
  ];
  const fitting = versions.map(body).find((text) => Buffer.byteLength(text) <= CALLBACK_BYTES_MAX);
  return fitting ?? body({ ...video, prompt: null, parameters: {}, metadata: {} });
}
