import { failure } from '../../core/errors';
import { given } from '../../core/json/fields';
import type { Operation, Output, Usage, Verdict } from '../../core/job/outcome';
import { jsonOf, type Call, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { doubtful, isSuccess, running, runningAs, transient } from '../kit';
import { readFailure, readLookError, readRefusal } from './errors';
import { callTo, createdSchema, operationSchema, taskAt, taskSchema, type Task } from './schema';

/** What Runway's replies mean, and the calls of everything that comes after a submit. */

export function readSubmit(reply: Reply): SubmitReading {
  if (!isSuccess(reply)) return readRefusal(reply);
  const { data } = createdSchema.safeParse(jsonOf(reply));
  return data
    ? { state: 'accepted', operation: { taskId: data.id } }
    : doubtful(reply, 'without an id');
}

/** Returns the task's id, by which Runway and its callers name it. */
export const operationId = (operation: Operation): string =>
  operationSchema.parse(operation).taskId;

export const poll = (operation: Operation): Call => callTo('GET', taskAt(operationId(operation)));

export function readPoll(reply: Reply, operation: Operation): PollReading {
  if (!isSuccess(reply)) return readLookError(reply);
  const { data: task } = taskSchema.safeParse(jsonOf(reply));
  if (!task) return transient(reply, 'without a task');
  if (task.id !== operation['taskId']) {
    return { kind: 'transient', detail: 'the reply is about another task' };
  }
  if (task.status === 'SUCCEEDED' && linkOf(task) === undefined) {
    return { kind: 'empty', failure: NO_LINK, usage: usageOf(task) };
  }
  return { kind: 'verdict', verdict: verdictOf(task) };
}

const NO_LINK = failure('provider_error', { provider: { message: 'succeeded without a link' } });

function verdictOf(task: Task): Verdict {
  switch (task.status) {
    case 'PENDING':
    // The account has as many tasks running as it may; it is begun by itself when one of them ends.
    case 'THROTTLED':
      return running('queued');
    case 'RUNNING':
      return running('running', progressOf(task));
    case 'SUCCEEDED':
      return { state: 'succeeded', outputs: outputsOf(task), usage: usageOf(task) };
    case 'FAILED':
      return { state: 'failed', failure: readFailure(task), ...told(usageOf(task)) };
    case 'CANCELLED':
      return { state: 'canceled' };
    default:
      return runningAs(task.status, progressOf(task));
  }
}

const told = (usage: Usage): { usage?: Usage } =>
  given({ usage: usage.units === undefined ? undefined : usage });

/** Returns percents of Runway's 0 to 1. */
function progressOf({ progress }: Task): number | null {
  return progress === undefined ? null : Math.round(Math.min(1, Math.max(0, progress)) * 100);
}

/** Returns the link to the video, which lives for 24 to 48 hours; each look signs it anew. */
function outputsOf(task: Task): Output[] {
  const url = linkOf(task);
  return url === undefined ? [] : [{ kind: 'video', url }];
}

/** Returns the first link: beside a video there may be other files of the same. */
function linkOf({ output }: Task): string | undefined {
  const all: unknown[] = Array.isArray(output) ? output : [];
  return all.find((one): one is string => typeof one === 'string' && /^https?:\/\//.test(one));
}

/** Returns the credits that the end has cost in fact; 0 where all of them were given back. */
function usageOf({ cost }: Task): Usage {
  const credits = cost?.credits;
  return credits !== undefined && credits >= 0 ? { units: String(credits) } : {};
}
