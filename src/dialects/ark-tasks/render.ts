import { given } from '../../core/json/fields';
import type { Answer } from '../../core/api/answer';
import type { CallbackContext } from '../../core/api/dialect';
import { endReasonOf } from '../kit/end-reason';
import type { Failure, FailureCode } from '../../core/errors';
import { givenIdsOf, withGivenIds } from '../../core/job/given-id';
import { renderId } from '../../core/job/ids';
import type { Job, JobState } from '../../core/job/job';
import { shownOf } from '../../core/job/made';
import type { LatestReply, StoredReply } from '../../core/provider/native';
import { unixSeconds } from '../kit/parameters';
import type { NativeView } from '../../core/job/native-view';
import type { TaskStatus } from './schema';

/** Returns the id that a create answers with while no provider has accepted the job: `task_<hex>`. */
export const ourId = ({ id }: Pick<Job, 'id'>): string => renderId('task', id);

export type Link = (job: Job, kind: 'video' | 'last_frame') => string;

const JSON_TYPE = { 'content-type': 'application/json' };

/** Passes on the provider's bytes and type as they came. Everything else a provider's server said stays behind. */
export function passOn(
  { status, type, body }: StoredReply,
  headers: Answer['headers'] = {},
): Answer {
  return {
    status,
    headers: { ...given({ 'content-type': type }), ...headers },
    body,
  };
}

/**
 * Answers a task: the provider's own, where its last look is stored. Otherwise (nobody has looked yet, it never got
 * that far, we gave it up) in the same shape out of our rows.
 */
export function taskOf({ job, latest }: Pick<NativeView, 'job' | 'latest'>, link: Link): Answer {
  if (latest?.reply && isTask(latest.reply)) {
    return passOn(withGivenIds(latest.reply, givenIdsOf(job)));
  }
  return { status: 200, body: render(job, latest, link) };
}

/**
 * Says whether a reply shows a task: a look that ended a job by an error (the record is gone, the account was denied)
 * shows no task.
 */
const isTask = ({ status }: StoredReply): boolean => status === 200;

/** Answers a page of tasks: each as `taskOf` answers it, joined as bytes. */
export function listOf(views: readonly NativeView[], total: number, link: Link): Answer {
  const items = views.map((view) => bytesOf(taskOf(view, link).body));
  const parts = items.flatMap((item, index) => (index === 0 ? [item] : [COMMA, item]));
  const body = Buffer.concat([
    Buffer.from('{"items":['),
    ...parts,
    Buffer.from(`],"total":${String(total)}}`),
  ]);
  return { status: 200, headers: JSON_TYPE, body };
}

const COMMA = Buffer.from(',');

function bytesOf(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
}

/** Returns the task as the provider shows it: the same body as GET. */
export function renderCallback(job: Job, context: CallbackContext): string | Uint8Array {
  const latest = context.native?.wire === job.native?.wire ? context.native : undefined;
  const { body } = taskOf({ job, latest }, (owner, kind) => context.link(owner, kind));
  return body instanceof Uint8Array ? body : JSON.stringify(body);
}

const STATUS: Readonly<Record<JobState, TaskStatus>> = {
  queued: 'queued',
  running: 'running',
  // The provider has not said so yet; what it does until then is what it did before.
  canceling: 'queued',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'cancelled',
  expired: 'expired',
};

function render(job: Job, latest: LatestReply | undefined, link: Link): Record<string, unknown> {
  const { applied } = job;
  const { seconds, resolution, aspectRatio } = shownOf(job);
  return {
    id: job.givenId ?? latest?.id ?? ourId(job),
    model: job.model,
    status: STATUS[job.state],
    error: errorOf(job),
    created_at: unixSeconds(job.createdAt),
    updated_at: unixSeconds(job.updatedAt),
    ...resultOf(job, link),
    ...given({ seed: applied.seed }),
    resolution,
    ratio: aspectRatio,
    ...given({ duration: seconds }),
    framespersecond: applied.fps,
    ...given({ generate_audio: applied.generateAudio }),
    service_tier: applied.serviceTier ?? 'default',
    ...(applied.safetyIdentifier === undefined
      ? {}
      : { safety_identifier: applied.safetyIdentifier }),
  };
}

function resultOf(job: Job, link: Link): Record<string, unknown> {
  if (job.state !== 'succeeded') return {};
  const hasLastFrame = job.outputs.some(({ kind }) => kind === 'last_frame');
  const tokens = job.usage?.tokens;
  return {
    content: {
      video_url: link(job, 'video'),
      ...(hasLastFrame ? { last_frame_url: link(job, 'last_frame') } : {}),
    },
    ...(tokens === undefined ? {} : { usage: { completion_tokens: tokens, total_tokens: tokens } }),
  };
}

const TASK_ERRORS: Readonly<Partial<Record<FailureCode, string>>> = {
  invalid_input: 'InvalidParameter',
  provider_denied: 'AccessDenied',
  provider_busy: 'ServerOverloaded',
  provider_unreachable: 'ServerOverloaded',
};

function errorOf(job: Job): { code: string; message: string } | null {
  const reason = endReasonOf(job);
  return reason && { code: codeOf(reason.code, job.failure), message: reason.message };
}

function codeOf(code: FailureCode, failure: Failure | undefined): string {
  if (code !== 'content_rejected') return TASK_ERRORS[code] ?? 'InternalServiceError';
  return failure?.stage === 'input'
    ? 'InputTextSensitiveContentDetected'
    : 'OutputVideoSensitiveContentDetected';
}
