import type { Provider } from '../../core/provider/provider';
import { API_KEY_ALONE, credentials } from './credentials';
import { klingModels } from './models';
import { many } from './newer/many';
import { newerModels } from './newer/models';
import { klingPrices } from './prices';
import { retiredModels } from './retired';
import { verifyCallback } from './signature';
import { signToken } from './token';
import { trial } from './trial';
import { isNewer, wireOf, wireOfOperation } from './wires';

/**
 * Kling (Kuaishou): two wires, several hosts (`https://api-singapore.klingai.com`; mainland
 * `https://api-beijing.klingai.com`). A submit carries an id of ours, by which it can be looked up when its answer was
 * lost. Nothing can be canceled, and callbacks are signed where the account has a secret for them.
 */
export const kling: Provider = {
  name: 'kling',
  models: { ...klingModels, ...newerModels },
  retired: retiredModels,
  credentials,
  addresses: [
    { url: 'https://api-singapore.klingai.com', where: 'Kling (outside mainland China)' },
    { url: 'https://api-beijing.klingai.com', where: 'Kling (mainland China)' },
  ],
  lacks: ({ apiKey }, model) =>
    apiKey === undefined && isNewer(model) ? `needs ${API_KEY_ALONE}` : undefined,
  prices: klingPrices,
  authorize: (call, { apiKey, accessKey = '', secretKey = '' }, nowMs) => ({
    ...call,
    headers: {
      ...call.headers,
      authorization: `Bearer ${apiKey ?? signToken(accessKey, secretKey, nowMs)}`,
    },
  }),
  submit: (submission) => wireOf(submission).submit(submission),
  readSubmit: (reply, sent) => wireOf(sent).readSubmit(reply, sent),
  operationId: (operation) => wireOfOperation(operation).operationId(operation),
  poll: (operation) => wireOfOperation(operation).poll(operation),
  readPoll: (reply, operation, asked) =>
    wireOfOperation(operation).readPoll(reply, operation, asked),
  many,
  find: (sent) => wireOf(sent).find(sent),
  readFind: (reply, sent) => wireOf(sent).readFind(reply, sent),
  refusesRepeats: isNewer,
  verifyCallback,
  readCallback: (body, sent) => wireOf(sent).readCallback(body, sent),
  trial,
};
