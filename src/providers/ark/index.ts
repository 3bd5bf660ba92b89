import { credential } from '../../core/provider/credential';
import { fields } from '../../core/json/known-fields';
import type { Provider } from '../../core/provider/provider';
import { many } from './many';
import { arkModels } from './models';
import { readNative } from './native-read';
import { arkPrices } from './prices';
import { submit } from './submit';
import { trial } from './trial';
import {
  cancel,
  operationId,
  operationOf,
  poll,
  readCallback,
  readPoll,
  readSubmit,
} from './translate';

/**
 * Volcengine Ark (mainland) and BytePlus ModelArk (international): Seedance, one wire, two hosts.
 * It has no idempotency key and no lookup by an id of ours; its callbacks are unsigned. What speaks for an attempt
 * whose submit got no answer is the callback URL, which the gateway makes unique per attempt.
 */
export const ark: Provider = {
  name: 'ark',
  models: arkModels,
  credentials: fields({ apiKey: credential }),
  addresses: [
    {
      url: 'https://ark.cn-beijing.volces.com/api/v3',
      where: 'Volcengine Ark (mainland China)',
      ids: ['doubao-', 'ep-'],
    },
    {
      url: 'https://ark.ap-southeast.bytepluses.com/api/v3',
      where: 'BytePlus ModelArk (outside mainland China)',
      ids: ['dreamina-', 'seedance-', 'ep-'],
    },
  ],
  prices: arkPrices,
  authorize: (call, credentials) => ({
    ...call,
    headers: { ...call.headers, authorization: `Bearer ${credentials['apiKey'] ?? ''}` },
  }),
  // The name that its SDKs send; `X-Request-Id` is what it answers with (volcenginesdkarkruntime, `_constants.py`).
  requestIdHeader: 'x-client-request-id',
  submit,
  readSubmit,
  operationId,
  poll,
  readPoll,
  many,
  cancel,
  readCallback,
  trial,
  native: {
    wire: 'ark-tasks',
    names: {
      inputs: 'content',
      seconds: 'duration',
      aspectRatio: 'ratio',
      generateAudio: 'generate_audio',
    },
    operationOf,
    read: readNative,
  },
};
