import type { Provider } from '../../core/provider/provider';
import { credentials } from './credentials';
import { klingModels } from './models';
import { submit } from './submit';
import { signToken } from './token';
import { find, operationId, poll, readCallback, readFind, readPoll, readSubmit } from './translate';

/**
 * Kling (Kuaishou): one wire, several hosts (`https://api-singapore.klingai.com`; mainland
 * `https://api-beijing.klingai.com`). A submit carries an id of ours, by which it can be looked up when its answer was
 * lost. Nothing can be canceled, and callbacks are unsigned.
 */
export const kling: Provider = {
  name: 'kling',
  models: klingModels,
  credentials,
  authorize: (call, { apiKey, accessKey = '', secretKey = '' }, nowMs) => ({
    ...call,
    headers: {
      ...call.headers,
      authorization: `Bearer ${apiKey ?? signToken(accessKey, secretKey, nowMs)}`,
    },
  }),
  submit,
  readSubmit,
  operationId,
  poll,
  readPoll,
  find,
  readFind,
  readCallback,
};
