import { failure } from '../../core/errors';
import { given } from '../../core/json/fields';
import type { Operation, Usage, Verdict, VideoFacts } from '../../core/job/outcome';
import { jsonCall, jsonOf, type Call, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { doubtful, isSuccess, running, runningAs } from '../kit';
import { readLookError, readRefusal, readTaskFailure } from './errors';
import {
  CREATE,
  createdSchema,
  lookSchema,
  operationSchema,
  pathOf,
  QUERY,
  stateSchema,
  type Task,
} from './schema';

/** What MiniMax's replies mean, and the newer wire's calls that come after a submit. */

/** Reads the reply to a create of either wire: with an id there is a task, whatever else it says. */
export function readSubmit(reply: Reply, wire: 'h3' | 'hailuo'): SubmitReading {
  const json = isSuccess(reply) ? jsonOf(reply) : undefined;
  const { data } = createdSchema.safeParse(json);
  if (data) return { state: 'accepted', operation: { wire, taskId: data.task_id } };
  const { data: state } = stateSchema.safeParse(json);
  return state?.base_resp.status_code === 0
    ? doubtful(reply, 'without a task id')
    : readRefusal(reply);
}

/** Returns the task's id. */
export const operationId = (operation: Operation): string =>
  operationSchema.parse(operation).taskId;

export const poll = (operation: Operation): Call =>
  jsonCall('GET', pathOf(QUERY, operationId(operation)));

/** Returns a DELETE, which cancels a queued task, deletes the record of an ended one, is refused for a running one. */
export const cancel = (operation: Operation): Call =>
  jsonCall('DELETE', pathOf(CREATE, operationId(operation)));

export function readPoll(reply: Reply, operation: Operation): PollReading {
  const { data } = lookSchema.safeParse(isSuccess(reply) ? jsonOf(reply) : undefined);
  if (!data) return readLookError(reply);
  const { task } = data;
  if (task.id !== operation['taskId']) {
    return { kind: 'transient', detail: 'the reply is about another task' };
  }
  if (task.status === 'succeeded' && !task.content?.url) return empty(task);
  return { kind: 'verdict', verdict: verdictOf(task) };
}

/** The task's own error is the reason, where it has one beside its success. */
function empty({ error, usage }: Task): PollReading {
  const reason = error ? readTaskFailure(error.code, error.message) : NO_VIDEO;
  return { kind: 'empty', failure: reason, ...given({ usage: usage && usageOf(usage) }) };
}

const NO_VIDEO = failure('provider_error', { provider: { message: 'succeeded without a url' } });

function verdictOf(task: Task): Verdict {
  switch (task.status) {
    case 'queued':
      return running('queued');
    case 'running':
      return running('running');
    case 'succeeded':
      return {
        state: 'succeeded',
        // Asked for anew a look brings a fresh link, for seven days.
        outputs: [{ kind: 'video', url: task.content?.url ?? '' }],
        usage: usageOf(task.usage),
        ...madeOf(task),
      };
    case 'failed':
      return { state: 'failed', failure: readTaskFailure(task.error?.code, task.error?.message) };
    case 'cancelled':
      return { state: 'canceled' };
    case 'expired':
      return { state: 'expired' };
    default:
      return runningAs(task.status);
  }
}

/** The seconds that are billed: of the video, and of those among its inputs. */
function usageOf({ output_seconds, input_seconds }: NonNullable<Task['usage']> = NOTHING): Usage {
  const counted = (seconds: number | undefined): number | undefined =>
    seconds !== undefined && seconds > 0 ? seconds : undefined;
  return given({ seconds: counted(output_seconds), inputSeconds: counted(input_seconds) });
}

const NOTHING = { output_seconds: undefined, input_seconds: undefined };

/** Callers are shown a resolution's word as we write it, `768p`. */
function madeOf({ ratio = '', resolution = '' }: Task): { made?: VideoFacts } {
  const made = given({
    aspectRatio: /^\d{1,3}:\d{1,3}$/.test(ratio) ? ratio : undefined,
    resolution: /^\w{1,20}$/.test(resolution) ? resolution.toLowerCase() : undefined,
  });
  return Object.keys(made).length > 0 ? { made } : {};
}
