import { fields } from '../../core/json/known-fields';
import { credential } from '../../core/provider/credential';
import type { Provider } from '../../core/provider/provider';
import { answerCallback, readCallback } from './callbacks';
import { many } from './many';
import { minimaxModels } from './models';
import { minimaxPrices } from './prices';
import { cancel, operationId, readSubmit } from './translate';
import { trial } from './trial';
import { WIRE, wireNameOf, wireOf } from './wires';

/**
 * MiniMax: Hailuo on the older of its wires (errors with HTTP 200, a second call for the file), H3 on the newer one. Neither
 * takes an id of ours or finds a job by one. Callbacks are unsigned, and an address has to answer a question first.
 */
export const minimax: Provider = {
  name: 'minimax',
  models: minimaxModels,
  credentials: fields({ apiKey: credential }),
  addresses: [
    { url: 'https://api.minimax.io', where: 'MiniMax (outside mainland China)' },
    { url: 'https://api.minimaxi.com', where: 'MiniMax (mainland China)' },
  ],
  prices: minimaxPrices,
  authorize: (call, { apiKey = '' }) => ({
    ...call,
    headers: { ...call.headers, authorization: `Bearer ${apiKey}` },
  }),
  submit: (submission) => WIRE[wireNameOf(submission)].submit(submission),
  readSubmit: (reply, sent) => readSubmit(reply, wireNameOf(sent)),
  operationId,
  poll: (operation) => wireOf(operation).poll(operation),
  readPoll: (reply, operation, asked) => wireOf(operation).readPoll(reply, operation, asked),
  many,
  // Never asked for a job of the older wire, whose models say `cancel: 'none'`.
  cancel,
  trial,
  answerCallback,
  readCallback: (body, sent) => readCallback(body, wireNameOf(sent)),
};
