import type { Call } from '../../core/provider/exchange';
import type { Provider } from '../../core/provider/provider';
import { signBearer } from './bearer';
import { credentials } from './credentials';
import { geminiModels, googleModels, omniModels, vertexModels } from './models';
import { readCallback } from './omni/looks';
import { options, STORAGE } from './options';
import { googlePrices } from './prices';
import { retiredModels } from './retired';
import { trial } from './trial';
import { isOnVertex, wireOf, wireOfOperation } from './wires';

/**
 * Google: Gemini Omni on the Gemini API, with an API key, and Veo 3.1 on Vertex AI, with a service account. It takes no id of
 * ours and looks none up; of an interaction whose submit got no answer its webhook alone can tell, and of an operation
 * nothing. Results are opened with our credential, or stand in a reply.
 */
export const google: Provider = {
  name: 'google',
  models: googleModels,
  retired: retiredModels,
  credentials,
  options,
  addresses: [
    {
      url: 'https://generativelanguage.googleapis.com',
      where: 'the Gemini API',
      ids: Object.keys({ ...omniModels, ...geminiModels }),
    },
    {
      url: 'https://us-central1-aiplatform.googleapis.com',
      where: 'Vertex AI (us-central1)',
      ids: Object.keys(vertexModels),
    },
    {
      url: 'https://aiplatform.googleapis.com',
      where: 'Vertex AI (global)',
      ids: Object.keys(vertexModels),
    },
  ],
  lacks({ apiKey, serviceAccount }, model, said) {
    if (!isOnVertex(model)) {
      return apiKey === undefined ? 'needs "apiKey" in the credentials of its channel' : undefined;
    }
    if (serviceAccount === undefined) {
      return 'needs "serviceAccount" in the credentials of its channel';
    }
    return said['project'] === undefined
      ? 'needs "project" in the options of its channel'
      : undefined;
  },
  prices: googlePrices,
  authorize(call, { apiKey, serviceAccount }, nowMs) {
    const key = isKeyed(call) || serviceAccount === undefined ? apiKey : undefined;
    const secret =
      key === undefined
        ? { authorization: `Bearer ${signBearer(serviceAccount ?? '', nowMs)}` }
        : { 'x-goog-api-key': key };
    return { ...call, headers: { ...call.headers, ...secret } };
  },
  submit: (submission) => wireOf(submission).submit(submission),
  readSubmit: (reply, sent) => wireOf(sent).readSubmit(reply, sent),
  operationId: (operation) => wireOfOperation(operation).operationId(operation),
  poll: (operation) => wireOfOperation(operation).poll(operation),
  readPoll: (reply, operation, asked) =>
    wireOfOperation(operation).readPoll(reply, operation, asked),
  lookBytesMax: 100_000_000,
  cancel: (operation) => wireOfOperation(operation).cancel(operation),
  keyedOrigins: [STORAGE],
  // Google signs them (RS256); what the token says besides our address was not seen, so that the path's own token has to do.
  readCallback,
  trial,
};

/** Says whether a call goes to the Gemini API, which takes a key; all else takes a token of the service account. */
const isKeyed = ({ target }: Call): boolean =>
  'path' in target && target.path.startsWith('/v1beta/');
