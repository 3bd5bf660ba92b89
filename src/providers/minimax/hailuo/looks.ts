import { failure } from '../../../core/errors';
import { given } from '../../../core/json/fields';
import type { Operation } from '../../../core/job/outcome';
import { jsonCall, jsonOf, type Call, type Reply } from '../../../core/provider/exchange';
import type { PollReading } from '../../../core/provider/provider';
import { isSuccess, running, runningAs, transient } from '../../kit';
import { readLookError, readTaskFailure } from '../errors';
import { operationId } from '../translate';
import { FILE, fileSchema, QUERY, taskSchema, type Task } from './schema';

/** Looks on the older wire: a finished task names a file, and a second call brings the link to it, which lives an hour. */

export const poll = (operation: Operation): Call =>
  jsonCall('GET', `${QUERY}?${query({ task_id: operationId(operation) })}`);

const query = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();

const askForFile = (fileId: string): Call =>
  jsonCall('GET', `${FILE}?${query({ file_id: fileId })}`);

/** Reads the reply to a look, or to the call for the file that it led to. */
export function readPoll(reply: Reply, operation: Operation, asked: Call): PollReading {
  const isOfFile = 'path' in asked.target && asked.target.path.startsWith(`${FILE}?`);
  return isOfFile ? readFile(reply, asked) : readTask(reply, operation);
}

function readTask(reply: Reply, operation: Operation): PollReading {
  const { data: task } = taskSchema.safeParse(isSuccess(reply) ? jsonOf(reply) : undefined);
  if (!task) return readLookError(reply);
  if ((task.task_id ?? operation['taskId']) !== operation['taskId']) {
    return { kind: 'transient', detail: 'the reply is about another task' };
  }
  return readState(task, reply);
}

function readState(task: Task, reply: Reply): PollReading {
  const { status_code: code, status_msg: text } = task.base_resp ?? {};
  switch (task.status.toLowerCase()) {
    case 'preparing':
    case 'queueing':
      return { kind: 'verdict', verdict: running('queued') };
    case 'processing':
      return { kind: 'verdict', verdict: running('running') };
    case 'success':
      if (task.file_id === undefined) return { kind: 'empty', failure: NO_FILE };
      return { kind: 'follow', call: askForFile(task.file_id) };
    case 'fail':
    case 'failed': {
      // Beside a failure 0 says that the look went well.
      const reason =
        code === 0 ? readTaskFailure(undefined, undefined) : readTaskFailure(code, text);
      return { kind: 'verdict', verdict: { state: 'failed', failure: reason } };
    }
    default:
      // An error has no state, and whatever stands in its place is none.
      if (code !== undefined && code !== 0) return readLookError(reply);
      if (task.base_resp === undefined) return transient(reply, 'without base_resp');
      return { kind: 'verdict', verdict: runningAs(task.status) };
  }
}

const NO_FILE = failure('provider_error', { provider: { message: 'Success without a file' } });

function readFile(reply: Reply, asked: Call): PollReading {
  const json = isSuccess(reply) ? jsonOf(reply) : undefined;
  const { data } = fileSchema.safeParse(json);
  if (!data) return fileError(readLookError(reply));
  const { file_id: fileId, download_url: url } = data.file;
  if (fileId !== undefined && !isFor(asked, fileId)) {
    return { kind: 'transient', detail: 'the reply is about another file' };
  }
  if (!url) return { kind: 'empty', failure: NO_FILE };
  const outputs = [{ kind: 'video' as const, url }];
  return { kind: 'verdict', verdict: { state: 'succeeded', outputs, usage: {} } };
}

const isFor = ({ target }: Call, fileId: string): boolean =>
  'path' in target && target.path === `${FILE}?${query({ file_id: fileId })}`;

/** The task is there and its file is not: the provider made a video that nobody can have. */
function fileError(reading: PollReading): PollReading {
  if (reading.kind !== 'gone') return reading;
  const { provider } = reading.failure;
  return { kind: 'empty', failure: failure('provider_error', given({ provider })) };
}
