import { fields } from '../../core/json/known-fields';
import { credential } from '../../core/provider/credential';
import type { Provider } from '../../core/provider/provider';
import { runwayModels } from './models';
import { options } from './options';
import { runwayPrices } from './prices';
import { submit } from './submit';
import { operationId, poll, readPoll, readSubmit } from './translate';
import { trial } from './trial';

/**
 * Runway: one wire for its own models and those of other makers. It takes no id of ours, calls nobody back and lists no
 * tasks, so that a create whose answer was lost stays lost. Its one call to stop a task forgets the task, and is not made.
 */
export const runway: Provider = {
  name: 'runway',
  models: runwayModels,
  credentials: fields({ apiKey: credential }),
  addresses: [{ url: 'https://api.dev.runwayml.com', where: 'Runway' }],
  prices: runwayPrices,
  options,
  authorize: (call, { apiKey = '' }) => ({
    ...call,
    headers: { ...call.headers, authorization: `Bearer ${apiKey}` },
  }),
  submit,
  readSubmit,
  operationId,
  poll,
  readPoll,
  trial,
};
