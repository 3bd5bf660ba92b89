import { failure } from '../../core/errors';
import { given } from '../../core/json/fields';
import type { VideoFacts, Operation, Output, Usage, Verdict } from '../../core/job/outcome';
import { jsonCall, jsonOf, type Call, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { doubtful, isSuccess, running, runningAs, transient } from '../kit';
import { readLookError, readRefusal, readTaskFailure } from './errors';
import {
  createReplySchema,
  namedIdSchema,
  operationSchema,
  pathOf,
  taskSchema,
  type Task,
} from './schema';

/** What Ark's replies mean, and the calls of everything that comes after a submit. */

export function readSubmit(reply: Reply): SubmitReading {
  if (!isSuccess(reply)) return readRefusal(reply);
  const parsed = createReplySchema.safeParse(jsonOf(reply));
  if (!parsed.success) return doubtful(reply, 'without a task id');
  return { state: 'accepted', operation: { taskId: parsed.data.id } };
}

/** Returns the task's id, by which Ark and its callers name it. */
export function operationId(operation: Operation): string {
  return operationSchema.parse(operation).taskId;
}

/** Turns the id that a caller names into its operation; undefined for a text that is no id of a task. */
export function operationOf(id: string): Operation | undefined {
  const parsed = namedIdSchema.safeParse(id);
  return parsed.success ? { taskId: parsed.data } : undefined;
}

export function poll(operation: Operation): Call {
  return jsonCall('GET', pathOf(operationId(operation)));
}

/**
 * Returns a DELETE, which cancels a queued task, deletes the record of a finished one, is refused for a running one.
 */
export function cancel(operation: Operation): Call {
  return jsonCall('DELETE', pathOf(operationId(operation)));
}

/** Reads a callback: the task as Ark posts it is the task as GET shows it. */
export function readCallback(body: Uint8Array): { operation: Operation } | undefined {
  const parsed = createReplySchema.safeParse(jsonOf({ body }));
  return parsed.success ? { operation: { taskId: parsed.data.id } } : undefined;
}

export function readPoll(reply: Reply, operation: Operation): PollReading {
  if (!isSuccess(reply)) return readLookError(reply);
  const parsed = taskSchema.safeParse(jsonOf(reply));
  if (!parsed.success) return transient(reply, 'without a task');
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
      return running('queued');
    case 'running':
      return running('running');
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
      return runningAs(task.status);
  }
}

/** Returns the links, which live for 24 hours. */
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
