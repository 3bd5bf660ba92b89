import { fields } from '../../core/json/known-fields';
import { credential } from '../../core/provider/credential';
import type { Provider } from '../../core/provider/provider';
import { falModels } from './models';
import { options } from './options';
import { falPrices } from './prices';
import { callbackKeys, verifyCallback } from './signature';
import { submit } from './submit';
import { cancel, operationId, poll, readCallback, readPoll, readSubmit } from './translate';
import { trial } from './trial';

/**
 * fal: one queue in front of the models of many makers, each at an endpoint of its own. It takes no id of ours and finds no
 * request by one, so that a lost answer is told by the callback's URL alone; its callbacks are signed with keys that it
 * publishes. What became of a request stands in another reply than that it is over.
 */
export const fal: Provider = {
  name: 'fal',
  models: falModels,
  credentials: fields({ apiKey: credential }),
  addresses: [{ url: 'https://queue.fal.run', where: 'fal' }],
  prices: falPrices,
  options,
  authorize: (call, credentials) => ({
    ...call,
    headers: { ...call.headers, authorization: `Key ${credentials['apiKey'] ?? ''}` },
  }),
  submit,
  readSubmit,
  operationId,
  poll,
  readPoll,
  cancel,
  verifyCallback,
  callbackKeys,
  readCallback,
  trial,
};
