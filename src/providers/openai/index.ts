import { fields } from '../../core/json/known-fields';
import { credential } from '../../core/provider/credential';
import type { Provider } from '../../core/provider/provider';
import { find, readFind } from './find';
import { openaiModels, REELAY } from './models';
import { options } from './options';
import { openaiPrices } from './prices';
import { retiredModels } from './retired';
import { submit } from './submit';
import { cancel, operationId, poll, readPoll, readSubmit } from './translate';
import { trial } from './trial';

/**
 * The OpenAI Videos API (`/v1/videos`), which OpenAI itself has left and many servers speak: those that run a model
 * themselves (vLLM-Omni, SGLang, TensorRT-LLM, Dynamo, LocalAI), gateways (LiteLLM, new-api, another Reelay) and resellers.
 * It has no callback of a job, and neither an idempotency key nor an id of ours but at another Reelay.
 */
export const openai: Provider = {
  name: 'openai',
  models: openaiModels,
  retired: retiredModels,
  // A server in one's own network may take anybody.
  credentials: fields({ apiKey: credential.optional() }).transform(({ apiKey }) =>
    apiKey === undefined ? {} : { apiKey },
  ),
  // Every server has an address of its own.
  addresses: [],
  prices: openaiPrices,
  options,
  authorize: (call, { apiKey }) =>
    apiKey === undefined
      ? call
      : { ...call, headers: { ...call.headers, authorization: `Bearer ${apiKey}` } },
  // OpenAI's own name for it (platform.openai.com, "Debugging requests"). vLLM takes `X-Request-Id` for the name of its own
  // work, and two jobs of one caller's id would meet there.
  requestIdHeader: 'x-client-request-id',
  submit,
  readSubmit,
  operationId,
  poll,
  readPoll,
  cancel,
  find,
  readFind,
  // Its idempotency key answers a second create with the first one's job.
  refusesRepeats: (model) => model === REELAY,
  trial,
};
