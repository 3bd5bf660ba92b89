import { fields } from '../../core/json/known-fields';
import { credential } from '../../core/provider/credential';
import type { Provider } from '../../core/provider/provider';
import { isSignedWebhook, WEBHOOK_SECRET } from '../kit';
import { given } from '../../core/json/fields';
import { replicateModels } from './models';
import { options } from './options';
import { replicatePrices } from './prices';
import { submit } from './submit';
import { cancel, operationId, poll, readCallback, readPoll, readSubmit } from './translate';
import { trial } from './trial';

/**
 * Replicate: one wire in front of the models of many makers, each with words of its own inside `input`. It takes no id of
 * ours, and its list cannot be asked for one, so that a lost answer is told by the callback's URL alone. What was made is
 * kept there for an hour.
 */
export const replicate: Provider = {
  name: 'replicate',
  models: replicateModels,
  credentials: fields({
    apiToken: credential,
    /** The account's secret, which `GET /webhooks/default/secret` shows. */
    webhookSecret: credential
      .refine((text) => WEBHOOK_SECRET.test(text) && text.length > 'whsec_'.length, {
        error: 'must be the secret as Replicate shows it, "whsec_" and base64',
      })
      .optional(),
  }).transform(({ apiToken, webhookSecret }) => ({ apiToken, ...given({ webhookSecret }) })),
  addresses: [{ url: 'https://api.replicate.com/v1', where: 'Replicate' }],
  prices: replicatePrices,
  options,
  authorize: (call, credentials) => ({
    ...call,
    headers: { ...call.headers, authorization: `Bearer ${credentials['apiToken'] ?? ''}` },
  }),
  submit,
  readSubmit,
  operationId,
  poll,
  readPoll,
  cancel,
  // Every account has a secret; who has not written it down here takes a callback as a hint of nobody's.
  verifyCallback: (callback) => {
    const secret = callback.credentials['webhookSecret'];
    return secret === undefined || isSignedWebhook(callback, secret);
  },
  readCallback,
  trial,
};
