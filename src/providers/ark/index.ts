import { credential } from '../../core/provider/credential';
import { fields } from '../../core/json/known-fields';
import type { Provider } from '../../core/provider/provider';
import { arkModels } from './models';
import { readNative } from './native-read';
import { cancel, operationId, poll, readCallback, readPoll, readSubmit, submit } from './translate';

/** `cgt-20261121120000-a1b2c` today; a dot would be a step in a path [?]. */
const TASK_ID = /^[\w-]{1,100}$/;

/**
 * Volcengine Ark (mainland) and BytePlus ModelArk (international): Seedance, one wire, two hosts.
 * It has no idempotency key and no lookup by an id of ours; its callbacks are unsigned. What speaks for an attempt
 * whose submit got no answer is the callback URL, which the gateway makes unique per attempt.
 */
export const ark: Provider = {
  name: 'ark',
  models: arkModels,
  credentials: fields({ apiKey: credential }),
  authorize: (call, credentials) => ({
    ...call,
    headers: { ...call.headers, authorization: `Bearer ${credentials['apiKey'] ?? ''}` },
  }),
  submit,
  readSubmit,
  operationId,
  poll,
  readPoll,
  cancel,
  readCallback,
  native: {
    wire: 'ark-tasks',
    operationOf: (taskId) => (TASK_ID.test(taskId) ? { taskId } : undefined),
    read: readNative,
  },
};
