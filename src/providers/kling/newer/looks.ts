import type { Operation, Output, Usage, Verdict } from '../../../core/job/outcome';
import { jsonCall, jsonOf, type Call, type Reply } from '../../../core/provider/exchange';
import type {
  FindReading,
  PollReading,
  SubmitFacts,
  SubmitReading,
} from '../../../core/provider/provider';
import { doubtful, gone, isSuccess, running, runningAs } from '../../kit';
import { chargesOf, type Charge, type Charges } from '../charges';
import { envelopeOf, failedWith, readLookError, readRefusal, readTaskFailure } from '../errors';
import { lookPathOf, operationSchema, TASKS, taskSchema, type Task } from './schema';

/** What the newer wire's replies mean, and its calls that come after a submit. One list answers every look. */

/** Reads the reply to a create. */
export function readSubmit(reply: Reply): SubmitReading {
  const said = isSuccess(reply) ? envelopeOf(reply) : undefined;
  if (said?.code !== 0) return readRefusal(reply);
  const { data: task } = taskSchema.safeParse(said.data);
  return task
    ? { state: 'accepted', operation: operationOf(task) }
    : doubtful(reply, 'without a task id');
}

const operationOf = (task: Task): Operation => ({ kind: TASKS, taskId: task.id });

/** Returns the task's id. */
export const operationId = (operation: Operation): string =>
  operationSchema.parse(operation).taskId;

/** Asks for one task. */
export const poll = (operation: Operation): Call =>
  jsonCall('GET', lookPathOf('task_ids', [operationId(operation)]));

/** Asks for the task that has our own id. */
export const find = ({ attemptId }: SubmitFacts): Call =>
  jsonCall('GET', lookPathOf('external_task_ids', [attemptId]));

/** Returns the entries of the list as they came; undefined for a reply that is no list. */
export function listOf(reply: Reply): readonly unknown[] | undefined {
  const said = isSuccess(reply) ? envelopeOf(reply) : undefined;
  return said?.code === 0 && Array.isArray(said.data) ? said.data : undefined;
}

/** Returns the tasks among the entries of a list. */
export const tasksOf = (list: readonly unknown[]): Task[] =>
  list.flatMap((entry) => taskSchema.safeParse(entry).data ?? []);

/** Reads the answer to a lookup: an empty list says that there is no such task now. */
export function readFind(reply: Reply, { attemptId }: SubmitFacts): FindReading {
  const list = listOf(reply);
  if (!list) return { retry: true };
  const task = tasksOf(list).find(({ external_id }) => external_id === attemptId);
  if (task) return { operation: operationOf(task) };
  return list.length === 0 ? { notFound: true } : { retry: true };
}

/** Reads a callback, which is the bare task. It must at least know the attempt's id. */
export function readCallback(
  body: Uint8Array,
  { attemptId }: SubmitFacts,
): { operation: Operation } | undefined {
  const { data: task } = taskSchema.safeParse(jsonOf({ body }));
  return task?.external_id === attemptId ? { operation: operationOf(task) } : undefined;
}

/** Reads the answer to a look: an empty list says that Kling has no such task. */
export function readPoll(reply: Reply, operation: Operation): PollReading {
  const list = listOf(reply);
  if (!list) return readLookError(reply);
  if (list.length === 0) return gone({}, reply);
  const task = tasksOf(list).find(({ id }) => id === operation['taskId']);
  if (!task) return { kind: 'transient', detail: 'the list shows another task' };
  if (task.status === 'succeeded' && outputsOf(task).length === 0) {
    return { kind: 'empty', failure: readTaskFailure(task.message || NO_LINK) };
  }
  return { kind: 'verdict', verdict: verdictOf(task) };
}

const NO_LINK = 'succeeded without a link';

function verdictOf(task: Task): Verdict {
  switch (task.status) {
    case 'submitted':
      return running('queued');
    case 'processing':
      return running('running');
    case 'succeeded':
      return { state: 'succeeded', outputs: outputsOf(task), usage: usageOf(task) };
    case 'failed':
      return failedWith(readTaskFailure(task.message ?? ''), chargesIn(task));
    default:
      return runningAs(task.status);
  }
}

const videoOf = (task: Task): NonNullable<Task['outputs']>[number] | undefined =>
  task.outputs?.find(({ type }) => type === undefined || type === 'video');

/** Returns the links, which live for 30 days. A link to a marked video is there where a mark was asked for. */
function outputsOf(task: Task): Output[] {
  const video = videoOf(task);
  const url = video?.watermark_url || video?.url;
  return url ? [{ kind: 'video', url }] : [];
}

function chargesIn({ billing = [] }: Task): Charges {
  const charged = (type: string): Charge[] =>
    billing.filter(({ charge_type }) => charge_type === type);
  return chargesOf(charged('unit'), charged('cash'));
}

function usageOf(task: Task): Usage {
  const seconds = videoOf(task)?.duration;
  return { ...(seconds !== undefined && seconds > 0 ? { seconds } : {}), ...chargesIn(task) };
}
