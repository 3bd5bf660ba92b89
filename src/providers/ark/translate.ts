import { failure } from '../../core/errors';
import { jsonCall, jsonOf, type Call, type Reply } from '../../core/provider/exchange';
import { given } from '../../core/json/fields';
import type { VideoFacts, Operation, Output, Usage, Verdict } from '../../core/job/outcome';
import { withVendorKeys } from '../../core/request/passthrough';
import type { PollReading, Submission, SubmitReading } from '../../core/provider/provider';
import type { Input, Media } from '../../core/request/request';
import { readLookError, readRefusal, readTaskFailure } from './errors';
import { ARK_KEYS } from './models';
import { submitNative } from './native';
import { createReplySchema, operationSchema, PATH, taskSchema, type Task } from './schema';

/** Returns the create call. */
export function submit(submission: Submission): Call {
  const { model, calledModel = model, applied, callbackUrl, native } = submission;
  if (native) return submitNative(native, calledModel, callbackUrl);
  const text = applied.prompt !== '' || applied.inputs.length === 0;
  const body = {
    model: calledModel,
    content: [
      ...(text ? [{ type: 'text', text: applied.prompt }] : []),
      ...applied.inputs.map((input) => contentItem(input, submission.blobs)),
    ],
    resolution: applied.resolution,
    ratio: applied.aspectRatio,
    duration: applied.seconds,
    generate_audio: applied.generateAudio,
    seed: applied.seed,
    watermark: applied.watermark,
    camera_fixed: applied.cameraFixed,
    return_last_frame: applied.returnLastFrame,
    service_tier: applied.serviceTier,
    execution_expires_after: applied.expiresAfterSeconds,
    safety_identifier: applied.safetyIdentifier,
    // It carries the attempt's token.
    callback_url: callbackUrl,
  };
  return jsonCall('POST', PATH, withVendorKeys(body, applied.passthrough, ARK_KEYS));
}

const CONTENT_TYPE: Readonly<Record<Input['role'], 'image_url' | 'video_url' | 'audio_url'>> = {
  first_frame: 'image_url',
  last_frame: 'image_url',
  reference_image: 'image_url',
  reference_video: 'video_url',
  reference_audio: 'audio_url',
};

function contentItem(input: Input, blobs: Submission['blobs']): Record<string, unknown> {
  const type = CONTENT_TYPE[input.role];
  return { type, [type]: { url: urlOf(input.media, blobs) }, role: input.role };
}

function urlOf(media: Media, blobs: Submission['blobs']): string {
  if ('url' in media) return media.url;
  if ('asset' in media) return `asset://${media.asset}`;
  const blob = blobs.get(media.blob);
  if (!blob) throw new Error(`the bytes of blob ${media.blob} were not handed over`);
  return `data:${blob.mime};base64,${Buffer.from(blob.bytes).toString('base64')}`;
}

export function readSubmit(reply: Reply): SubmitReading {
  if (reply.status < 200 || reply.status > 299) return readRefusal(reply);
  const parsed = createReplySchema.safeParse(jsonOf(reply));
  if (!parsed.success) {
    return { state: 'unknown', detail: `HTTP ${String(reply.status)} without a task id` };
  }
  return { state: 'accepted', operation: { taskId: parsed.data.id } };
}

/** Returns the task's id, by which Ark and its callers name it. */
export function operationId(operation: Operation): string {
  return operationSchema.parse(operation).taskId;
}

export function poll(operation: Operation): Call {
  return jsonCall('GET', taskPath(operation));
}

/**
 * Returns a DELETE, which cancels a queued task, deletes the record of a finished one, is refused for a running one.
 */
export function cancel(operation: Operation): Call {
  return jsonCall('DELETE', taskPath(operation));
}

function taskPath(operation: Operation): string {
  return `${PATH}/${encodeURIComponent(operationId(operation))}`;
}

/** Reads a callback: the task as Ark posts it is the task as GET shows it. */
export function readCallback(body: Uint8Array): { operation: Operation } | undefined {
  const json = jsonOf({ status: 200, headers: {}, body });
  const parsed = createReplySchema.safeParse(json);
  return parsed.success ? { operation: { taskId: parsed.data.id } } : undefined;
}

export function readPoll(reply: Reply, operation: Operation): PollReading {
  if (reply.status !== 200) return readLookError(reply);
  const parsed = taskSchema.safeParse(jsonOf(reply));
  if (!parsed.success) return { kind: 'transient', detail: 'HTTP 200 without a task' };
  const task = parsed.data;
  if (task.id !== operation['taskId']) {
    return { kind: 'transient', detail: 'the reply is about another task' };
  }
  if (task.status === 'succeeded' && !task.content?.video_url) return empty(task);
  return { kind: 'verdict', verdict: verdictOf(task) };
}

/** The task's own error is the reason, where it has one beside its success. */
function empty(task: Task): PollReading {
  const { code, message } = task.error ?? {};
  const usage = usageOf(task);
  const reason = code || message ? readTaskFailure(code, message) : NO_VIDEO;
  return { kind: 'empty', failure: reason, ...(usage ? { usage } : {}) };
}

const NO_VIDEO = failure('provider_error', {
  provider: { message: 'succeeded without a video_url' },
});

function verdictOf(task: Task): Verdict {
  switch (task.status) {
    case 'queued':
      return { state: 'running', progress: null, phase: 'queued' };
    case 'running':
      return { state: 'running', progress: null, phase: 'running' };
    case 'succeeded':
      return {
        state: 'succeeded',
        outputs: outputsOf(task),
        usage: usageOf(task) ?? {},
        ...madeOf(task),
        ...given({ seed: task.seed }),
      };
    case 'failed': {
      const reason = readTaskFailure(task.error?.code, task.error?.message);
      const usage = task.usage ? usageOf(task) : undefined;
      return { state: 'failed', failure: reason, ...(usage ? { usage } : {}) };
    }
    case 'cancelled':
      return { state: 'canceled' };
    case 'expired':
      return { state: 'expired' };
    default:
      return {
        state: 'running',
        progress: null,
        phase: 'running',
        unknownStatus: task.status.slice(0, 100),
      };
  }
}

/** Links live for 24 hours from a moment that no field tells, so they carry no expiry. */
function outputsOf(task: Task): Output[] {
  const video = task.content?.video_url;
  const lastFrame = task.content?.last_frame_url;
  return [
    ...(video ? [{ kind: 'video' as const, url: video }] : []),
    ...(lastFrame ? [{ kind: 'last_frame' as const, url: lastFrame }] : []),
  ];
}

/** Returns what the video is like. `ratio` is a word of the request's until the video is made, `adaptive` too. */
function madeOf({ ratio, resolution }: Task): { made?: VideoFacts } {
  const isRatio = ratio !== undefined && /^\d{1,3}:\d{1,3}$/.test(ratio);
  const made = given({
    aspectRatio: isRatio ? ratio : undefined,
    resolution: resolution?.slice(0, WORD_LENGTH_MAX) || undefined,
  });
  return Object.keys(made).length > 0 ? { made } : {};
}

/** `2160p`; callers are shown it. */
const WORD_LENGTH_MAX = 20;

function usageOf(task: Task): Usage | undefined {
  const tokens = task.usage?.completion_tokens ?? task.usage?.total_tokens;
  const seconds = task.frames
    ? task.frames / (task.framespersecond || FRAMES_PER_SECOND)
    : task.duration;
  const usage: Usage = {
    ...given({ tokens }),
    ...(seconds !== undefined && seconds > 0 ? { seconds } : {}),
  };
  return Object.keys(usage).length > 0 ? usage : undefined;
}

const FRAMES_PER_SECOND = 24;
