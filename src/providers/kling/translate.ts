import { jsonCall, jsonOf, type Call, type Reply } from '../../core/provider/exchange';
import type { Operation, Output, Usage, Verdict } from '../../core/job/outcome';
import type {
  FindReading,
  PollReading,
  SubmitFacts,
  SubmitReading,
} from '../../core/provider/provider';
import { doubtful, isSuccess, running, runningAs } from '../kit';
import {
  envelopeOf,
  failedWith,
  isUnknownTask,
  readLookError,
  readRefusal,
  readTaskFailure,
} from './errors';
import { chargesOf, type Charges } from './charges';
import { kindOf } from './models';
import { operationSchema, pathOf, taskSchema, type Task } from './schema';

/** What Kling's replies mean, and the calls of everything that comes after a submit. */

export function readSubmit(reply: Reply, sent: SubmitFacts): SubmitReading {
  const task = taskOf(reply);
  if (task) return { state: 'accepted', operation: operationOf(task, sent) };
  return envelopeOf(reply)?.code === 0 ? doubtful(reply, 'without a task id') : readRefusal(reply);
}

/** Returns the operation of a task. No reply names the kind, so it is taken from what was sent. */
function operationOf(task: Task, { model, mode }: SubmitFacts): Operation {
  return { kind: kindOf(model, mode), taskId: task.task_id };
}

/** Returns the task of a reply that says it succeeded; undefined for any other reply. */
function taskOf(reply: Reply): Task | undefined {
  const said = isSuccess(reply) ? envelopeOf(reply) : undefined;
  const parsed = said?.code === 0 ? taskSchema.safeParse(said.data) : undefined;
  return parsed?.data;
}

/** Returns the task's id, by which Kling and its callers name it. */
export function operationId(operation: Operation): string {
  return operationSchema.parse(operation).taskId;
}

export function poll(operation: Operation): Call {
  const { kind, taskId } = operationSchema.parse(operation);
  return jsonCall('GET', pathOf(kind, taskId));
}

/** Asks for the task by our own id, at the same endpoint as a poll. */
export function find({ attemptId, model, mode }: SubmitFacts): Call {
  return jsonCall('GET', pathOf(kindOf(model, mode), attemptId));
}

export function readFind(reply: Reply, sent: SubmitFacts): FindReading {
  const task = taskOf(reply);
  // A reply without the id is still the answer to a question by that id.
  const isOther = task?.task_info?.external_task_id !== undefined && !isOurs(task, sent);
  if (task) return isOther ? { retry: true } : { operation: operationOf(task, sent) };
  const said = envelopeOf(reply);
  return said && isUnknownTask(said) ? { notFound: true } : { retry: true };
}

const isOurs = (task: Task, sent: SubmitFacts): boolean =>
  task.task_info?.external_task_id === sent.attemptId;

/** Reads a callback, which is the bare task. It may be unsigned, so it must at least know the attempt's id. */
export function readCallback(
  body: Uint8Array,
  sent: SubmitFacts,
): { operation: Operation } | undefined {
  const parsed = taskSchema.safeParse(jsonOf({ body }));
  if (!parsed.success || !isOurs(parsed.data, sent)) return undefined;
  return { operation: operationOf(parsed.data, sent) };
}

export function readPoll(reply: Reply, operation: Operation): PollReading {
  const task = taskOf(reply);
  if (!task) return readLookError(reply);
  if (task.task_id !== operation['taskId']) {
    return { kind: 'transient', detail: 'the reply is about another task' };
  }
  if (task.task_status === 'succeed' && outputsOf(task).length === 0) {
    return { kind: 'empty', failure: readTaskFailure(task.task_status_msg || NO_LINK) };
  }
  return { kind: 'verdict', verdict: verdictOf(task) };
}

const NO_LINK = 'succeed without a link';

function verdictOf(task: Task): Verdict {
  switch (task.task_status) {
    case 'submitted':
      return running('queued');
    case 'processing':
      return running('running');
    case 'succeed':
      return { state: 'succeeded', outputs: outputsOf(task), usage: usageOf(task) };
    case 'failed':
      return failedWith(readTaskFailure(task.task_status_msg ?? ''), chargesIn(task));
    default:
      return runningAs(task.task_status);
  }
}

/** Returns the links, which live for 30 days. */
function outputsOf(task: Task): Output[] {
  const video = task.task_result?.videos?.[0];
  const marked = task.watermark_info?.enabled ? video?.watermark_url : undefined;
  const url = marked || video?.url;
  return url ? [{ kind: 'video', url }] : [];
}

/** Returns the charges. No page names the currency of a balance. */
function chargesIn(task: Task): Charges {
  const balance = task.final_balance_deduction;
  return chargesOf(
    [{ amount: task.final_unit_deduction }],
    balance?.quota === undefined ? [] : [{ amount: balance.quota }],
  );
}

function usageOf(task: Task): Usage {
  const seconds = task.task_result?.videos?.[0]?.duration;
  return { ...(seconds !== undefined && seconds > 0 ? { seconds } : {}), ...chargesIn(task) };
}
