import { callbackBody } from '../kit/callback-body';
import type { CallbackContext } from '../../core/api/dialect';
import { endReasonOf, statusDetailOf } from '../kit/end-reason';
import { given } from '../../core/json/fields';
import { renderId } from '../../core/job/ids';
import { isTerminal, type Job, type JobState } from '../../core/job/job';
import { sizeOf } from '../kit/parameters';
import type { Estimate } from '../../core/ports/gateway/jobs';
import type { ProviderReference } from '../../core/job/reference';
import type { Quote } from '../../core/money/quote';
import { pointsNumber } from '../../core/money/pricing';
import type { AppliedRequest } from '../../core/request/request';
import type { CreatedReply, QuoteReply, Status } from './reply';

export const idOf = (jobId: string): string => renderId('task', jobId);

export const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function quoteOf(model: string, quote: Quote): QuoteReply {
  return {
    success: true,
    model,
    providerModel: quote.providerModel,
    pointsCharged: pointsNumber(quote.price),
    priceLines: [...quote.lines],
    quoteId: quote.id,
    expiresAt: timeOf(quote.expiresAt),
    parameters: parametersOf(quote.applied),
  };
}

/**
 * Answers what became of the submission, whenever it is asked: a repeat is told what the first request was, and the
 * status has the rest. A task that no provider took was created all the same: the answer succeeds, says `failed` and
 * why, and its points have been given back.
 */
export function createdOf(
  job: Job,
  reference: ProviderReference,
  estimate: Estimate | undefined,
): CreatedReply {
  const { status, ...common } = commonOf(asTaken(job), reference);
  const left = status === 'failed' ? undefined : estimate;
  return {
    ...common,
    success: true,
    status: status === 'failed' ? status : 'submitted',
    estimatedTime: left?.seconds ?? null,
    estimatedTimeSec: left?.seconds ?? null,
    estimatedTimeSource: left?.basis ?? null,
  };
}

/** Shows a job as it was when a provider had just taken it. */
const asTaken = (job: Job): Job =>
  job.startedAt === undefined
    ? job
    : { ...job, state: 'queued', charged: undefined, failure: undefined };

export function statusOf(
  job: Job,
  reference: ProviderReference,
  link: (job: Job) => string,
): Status {
  const videoUrl = job.state === 'succeeded' ? link(job) : null;
  return {
    ...commonOf(job, reference),
    progress: job.state === 'succeeded' ? 100 : Math.round(job.progress ?? 0),
    videoUrl,
    videoUrls: videoUrl === null ? [] : [videoUrl],
    thumbnailUrl: null,
    createdAt: timeOf(job.createdAt),
    updatedAt: timeOf(job.updatedAt),
    completedAt: job.finishedAt === undefined ? null : timeOf(job.finishedAt),
  };
}

const STATUS: Record<JobState, Status['status']> = {
  queued: 'submitted',
  running: 'processing',
  canceling: 'processing',
  succeeded: 'completed',
  failed: 'failed',
  canceled: 'failed',
  expired: 'failed',
};

function commonOf(job: Job, reference: ProviderReference) {
  const reason = endReasonOf(job);
  const { projectId } = job.echo;
  return {
    success: !isTerminal(job.state) || job.state === 'succeeded',
    taskId: idOf(job.id),
    providerTaskId: reference.id,
    model: job.model,
    providerModel: reference.model,
    pointsCharged: pointsNumber(job.charged ?? job.price),
    status: STATUS[job.state],
    ...(typeof projectId === 'string' ? { projectId } : {}),
    parameters: parametersOf(job.applied),
    error: reason?.message ?? null,
    code: reason?.code ?? null,
    ...given({ statusDetail: statusDetailOf(job) }),
  };
}

/**
 * Returns the echo that P8 "said, not dropped" promises in this API's words; `mode` is the tier of service, `inputs`
 * what the images are taken for.
 */
function parametersOf(applied: AppliedRequest): Record<string, unknown> {
  return given({
    inputs: applied.mode,
    duration: applied.seconds,
    resolution: applied.resolution,
    aspectRatio: applied.aspectRatio,
    size: sizeOf(applied) ?? undefined,
    fps: applied.fps,
    mode: applied.serviceTier,
    generateAudio: applied.generateAudio,
    fixedLens: applied.cameraFixed,
    seed: applied.seed,
    watermark: applied.watermark,
    returnLastFrame: applied.returnLastFrame,
    negativePrompt: applied.negativePrompt,
    passthrough: Object.keys(applied.passthrough).length > 0 ? applied.passthrough : undefined,
  });
}

/** Writes the status object; past 20 kB without the parameters. */
export function renderCallback(job: Job, context: CallbackContext): string {
  const status = statusOf(job, context.reference, (ended) => context.link(ended, 'video'));
  return callbackBody([status, { ...status, parameters: {} }]);
}
